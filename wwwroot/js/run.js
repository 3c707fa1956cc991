// Small helpers of a run's page: keys for steps, a log that stays at its end, copying and saving.

// Left and right move between steps, unless something that needs them has the focus.
export function stepKeys(page) {
  const takesArrows = 'input, textarea, select, [contenteditable], [role=tab], [role=menu], [role=menuitem], [role=dialog], .uplot';
  const onKey = event => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
    const by = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
    if (by === 0 || event.target.closest(takesArrows)) return;
    event.preventDefault();
    page.invokeMethodAsync('Move', by).catch(() => { }); // the page may have gone since
  };
  document.addEventListener('keydown', onKey);
  return { dispose: () => document.removeEventListener('keydown', onKey) };
}

// Keeps a box at its end while it grows; who scrolls up stays there until they come back to the end.
export function tail(box) {
  let wanted = true, atEnd = true;
  const end = () => { if (wanted && atEnd) box.scrollTop = box.scrollHeight; };
  const onScroll = () => { atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 30; };
  const grown = new MutationObserver(end);
  grown.observe(box, { childList: true, subtree: true, attributes: true, attributeFilter: ['style'] });
  box.addEventListener('scroll', onScroll, { passive: true });
  end();
  return {
    follow: on => { wanted = on; if (on) { atEnd = true; end(); } },
    dispose: () => { grown.disconnect(); box.removeEventListener('scroll', onScroll); },
  };
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

export function save(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = Object.assign(document.createElement('a'), { href: address, download: name });
  link.click();
  URL.revokeObjectURL(address);
}

// On a narrow screen the tabs are wider than it.
export function reveal(tab) {
  const strip = tab.parentElement;
  if (tab.offsetLeft < strip.scrollLeft || tab.offsetLeft + tab.offsetWidth > strip.scrollLeft + strip.clientWidth) strip.scrollLeft = tab.offsetLeft - 24;
}
