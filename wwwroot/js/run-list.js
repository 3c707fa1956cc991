// Keys of the run list: / filter, j k rows, Enter opens, x selects. The server hears only what they lead to.
const rows = () => [...document.querySelectorAll('tr[data-row]')];
const typing = e => e.target.closest('input:not([type=checkbox]), textarea, select, [contenteditable]');

function onKey(e) {
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  if (e.key === 'Escape' && e.target.id === 'filter') { e.target.blur(); return; }
  if (typing(e)) return;
  const all = rows();
  const at = all.indexOf(document.activeElement?.closest('tr[data-row]'));
  if (e.key === '/') document.getElementById('filter')?.focus();
  else if (e.key === 'j' && all.length) all[Math.min(at + 1, all.length - 1)].focus();
  else if (e.key === 'k' && all.length) all[Math.max(at - 1, 0)].focus();
  else if (e.key === 'x' && at >= 0) all[at].querySelector('[data-pick]').click();
  else if (e.key === 'Enter' && at >= 0 && document.activeElement === all[at]) all[at].querySelector('[data-open]').click();
  else return;
  e.preventDefault();
}

export const start = () => document.addEventListener('keydown', onKey);
export const stop = () => document.removeEventListener('keydown', onKey);
