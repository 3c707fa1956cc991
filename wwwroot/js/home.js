// The queue's handles: arrow keys move the run, not the page; and Firefox drags only what carries data.
export function queueKeys() {
  const handle = event => event.target.closest?.('[data-queue-handle]');
  const onKey = event => { if (handle(event) && ['ArrowUp', 'ArrowDown', 'Home', 'End'].includes(event.key)) event.preventDefault(); };
  const onDrag = event => {
    const row = handle(event)?.closest('[data-queued]');
    if (!row) return;
    event.dataTransfer.effectAllowed = 'move';
    event.dataTransfer.setData('text/plain', row.dataset.queued);
    event.dataTransfer.setDragImage(row, 12, 16);
  };
  document.addEventListener('keydown', onKey);
  document.addEventListener('dragstart', onDrag);
  return { dispose: () => { document.removeEventListener('keydown', onKey); document.removeEventListener('dragstart', onDrag); } };
}
