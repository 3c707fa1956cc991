// Sends one file with progress; the server component hears of the choice, the progress (four times a second) and the end.
export function attach(input, component) {
  let request = null;
  const chosen = () => {
    const file = input.files[0];
    component.invokeMethodAsync('Chosen', file?.name ?? null, file?.size ?? 0);
  };
  input.addEventListener('change', chosen);
  if (input.files.length) chosen();

  const end = (status, body) => {
    request = null;
    component.invokeMethodAsync('Ended', status, body).catch(() => { });
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
      request.onload = () => end(request.status, request.responseText.slice(0, 200000));
      request.onerror = () => end(0, '');
      request.onabort = () => end(-1, '');
      request.send(file);
      return true;
    },
    cancel() { request?.abort(); },
    clear() { input.value = ''; chosen(); },
    dispose() { input.removeEventListener('change', chosen); },
  };
}
