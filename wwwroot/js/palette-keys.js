// The keys of the site, in a dialog of the browser's own.
const keys = [
  ['Everywhere', [['Ctrl K', 'go to any run or page, or do something (on a Mac ⌘ K)'], ['/', 'to the filter or search of the page'], ['?', 'this list'], ['Esc', 'close what is open, leave the filter']]],
  ['Tables', [['j  k', 'row below, row above'], ['Enter', 'open the row'], ['x', 'select the run (in the list of runs)']]],
  ['A run', [['←  →', 'step before, step after (Completions); tab before, tab after (on the tabs)']]],
  ['Queue on Home', [['↑  ↓', 'move the run up or down (on its handle)'], ['Home  End', 'move it to the top or to the end']]],
];

export function keysDialog() {
  if (document.getElementById('keys')) return;
  const dialog = document.createElement('dialog');
  dialog.id = 'keys';
  dialog.className = 'palette keys-dialog';
  dialog.setAttribute('aria-labelledby', 'keys-title');
  const rows = keys.map(([where, list]) => `<h3>${where}</h3><dl>${list.map(([key, what]) => `<dt>${key.split(/ {1,2}/).map(k => `<kbd>${k}</kbd>`).join(' ')}</dt><dd>${what}</dd>`).join('')}</dl>`).join('');
  dialog.innerHTML = `<div class="keys-head"><h2 id="keys-title">Keyboard shortcuts</h2><button type="button" class="icon-button" aria-label="Close">×</button></div>${rows}`;
  document.body.append(dialog);
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', event => { if (event.target === dialog || event.target.closest('button')) dialog.close(); });
  dialog.showModal();
}
