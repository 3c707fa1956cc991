// Keys that mean the same on every page: / to its filter, j k along the rows that lead somewhere, Enter opens one, x selects one.
const typing = target => target.closest?.('input:not([type=checkbox], [type=range]), textarea, select, [contenteditable]');
const seen = element => element.getClientRects().length > 0;

// A row leads to what its first cell links to; where that cell holds something else, the row says so itself.
const rows = () => [...document.querySelectorAll('tr[data-row], table.plain > tbody > tr:has(> td:first-child a[href])')].filter(seen);

const filter = () => [...document.querySelectorAll('[data-filter]')].find(seen);

document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || document.querySelector('dialog:modal')) return;
  const { key, target } = event;
  if (key === 'Escape' && target.closest?.('[data-filter]')) { target.blur(); return; }
  if (typing(target)) return;
  if (key === '/') {
    const box = filter();
    if (!box) return;
    box.focus();
    box.select?.();
  } else if (key === 'j' || key === 'k') {
    const all = rows();
    if (all.length === 0) return;
    const at = all.indexOf(document.activeElement?.closest('tr'));
    const row = all[key === 'j' ? Math.min(at + 1, all.length - 1) : Math.max(at - 1, 0)];
    if (!row.hasAttribute('tabindex')) row.tabIndex = -1;
    row.focus();
  } else if (key === 'Enter' && target.matches('tr') && rows().includes(target)) {
    (target.querySelector('[data-open]') ?? target.querySelector('td:first-child a[href]')).click();
  } else if (key === 'x' && target.closest('tr')?.querySelector('[data-pick]')) {
    target.closest('tr').querySelector('[data-pick]').click();
  } else {
    return;
  }
  event.preventDefault();
});
