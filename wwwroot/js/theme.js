// Before the first paint: the theme of the cookie, or of the system, so that nothing flashes. All colours hang on data-theme: a change of it needs no server and loads nothing again.
(() => {
  const cookie = name => document.cookie.split('; ').find(c => c.startsWith(name + '='))?.split('=')[1];
  const keep = (name, value) => { document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax`; };
  const system = matchMedia('(prefers-color-scheme: dark)');
  const root = document.documentElement.dataset;
  const choice = () => ['light', 'dark'].find(theme => theme === cookie('ril-theme')) ?? 'system';
  const show = () => {
    root.themeChoice = choice();
    root.theme = choice() !== 'system' ? choice() : system.matches ? 'dark' : 'light';
  };
  show();
  root.rail = cookie('ril-rail') ?? 'wide';
  system.addEventListener('change', show);
  window.rilTheme = { keep, choice, choose(theme) { keep('ril-theme', theme); show(); } };
})();
