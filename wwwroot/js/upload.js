// Sends one file with progress; the server component hears of the choice, the progress (four times a second) and the end. What it has not acknowledged, because the
// page's connection was away, it hears again when the connection is back.
export function attach(input, component) {
  const untold = new Map();
  let request = null;
  const tell = async (what, ...said) => {
    untold.set(what, said);
    try {
      await component.invokeMethodAsync(what, ...said);
      if (untold.get(what) === said) untold.delete(what);
    } catch { /* Said again at the next connection. */ }
  };
  const again = e => { if (e.detail.state === 'hide') for (const [what, said] of untold) tell(what, ...said); };
  const notice = document.getElementById('components-reconnect-modal');
  notice?.addEventListener('components-reconnect-state-changed', again);

  const chosen = () => {
    const file = input.files[0];
    tell('Chosen', file?.name ?? null, file?.size ?? 0);
  };
  input.addEventListener('change', chosen);
  if (input.files.length) chosen();

  // Only what fits into a message: the problems of many rows are read on the server.
  const end = status => {
    let body = {};
    try { body = JSON.parse(request.responseText) ?? {}; } catch { /* A proxy's page, or nothing. */ }
    request = null;
    tell('Ended', { status, id: body.id ?? null, detail: body.detail?.slice(0, 2000) ?? null, upload: body.upload ?? null, good: body.good_rows ?? 0 });
  };
  return {
    start(address) {
      const file = input.files[0];
      if (!file || request) return false;
      let told = 0;
      request = new XMLHttpRequest();
      request.open('POST', address);
      request.setRequestHeader('Content-Type', 'application/octet-stream');
      request.upload.onprogress = e => {
        const now = performance.now();
        if (now - told < 250 && e.loaded < e.total) return;
        told = now;
        component.invokeMethodAsync('Progress', e.loaded, e.total).catch(() => { });
      };
      request.onload = () => end(request.status);
      request.onerror = () => end(0);
      request.onabort = () => end(-1);
      request.send(file);
      return true;
    },
    cancel() { request?.abort(); },
    clear() { input.value = ''; chosen(); },
    dispose() {
      input.removeEventListener('change', chosen);
      notice?.removeEventListener('components-reconnect-state-changed', again);
    },
  };
}
