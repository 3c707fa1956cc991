// The new-run form: what was typed outlives a reload, and a problem leads to its field.
export const kept = place => sessionStorage.getItem(place);

export function keep(place, text) {
  if (text) sessionStorage.setItem(place, text);
  else sessionStorage.removeItem(place);
}

export function show(key) {
  const setting = document.getElementById(`setting-${key}`);
  if (!setting) return;
  setting.closest('details')?.setAttribute('open', '');
  setting.scrollIntoView({ block: 'center' });
  setting.querySelector('input, select, textarea, button')?.focus();
}
