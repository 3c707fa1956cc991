// Before the first paint: the theme of the cookie, or of the system, so that nothing flashes.
(() => {
  const cookie = name => document.cookie.split('; ').find(c => c.startsWith(name + '='))?.split('=')[1];
  const keep = (name, value) => { document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax`; };
  const system = matchMedia('(prefers-color-scheme: dark)');
  const show = () => {
    const said = system.matches ? 'dark' : 'light';
    const stale = cookie('ril-system-theme') !== said;
    keep('ril-system-theme', said);
    const choice = cookie('ril-theme') ?? 'system';
    document.documentElement.dataset.theme = choice === 'system' ? said : choice;
    document.documentElement.dataset.rail = cookie('ril-rail') ?? 'wide';
    return stale && choice === 'system';
  };
  // The server chose MudBlazor's colours by what the browser said last time.
  if (show() && document.cookie.includes('ril-system-theme=')) { if (!sessionStorage.rilThemeTold) { sessionStorage.rilThemeTold = '1'; if (system.matches) location.reload(); } }
  system.addEventListener('change', () => { if (show()) location.reload(); });
  window.rilTheme = { cookie, keep };
})();
