const scripts = new Map();

/** Loads a classic script once. */
export function loadScript(address) {
  if (!scripts.has(address)) {
    scripts.set(address, new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.src = address;
      script.onload = resolve;
      script.onerror = () => { scripts.delete(address); script.remove(); reject(new Error(`${address} could not be loaded.`)); };
      document.head.append(script);
    }));
  }
  return scripts.get(address);
}

/** Loads a style sheet once. */
export function loadStyle(address) {
  if (document.querySelector(`link[href="${address}"]`)) return;
  const sheet = document.createElement('link');
  sheet.rel = 'stylesheet';
  sheet.href = address;
  document.head.append(sheet);
}
