// The frame's behaviour that needs no server: rail, theme, relative times, reconnection notice.
const { keep, choice, choose } = window.rilTheme;
const root = document.documentElement;

document.addEventListener('click', e => {
  const at = selector => e.target.closest(selector);
  if (at('[data-rail-collapse]')) {
    root.dataset.rail = root.dataset.rail === 'narrow' ? 'wide' : 'narrow';
    keep('ril-rail', root.dataset.rail);
  } else if (at('[data-rail-open]')) {
    root.dataset.drawer = 'open';
  } else if (root.dataset.drawer === 'open' && (at('.rail-link') || !at('.rail'))) {
    delete root.dataset.drawer;
  }
  if (at('[data-theme-switch]')) {
    const order = ['system', 'light', 'dark'];
    choose(order[(order.indexOf(choice()) + 1) % 3]);
  }
});
document.addEventListener('keydown', e => { if (e.key === 'Escape') delete root.dataset.drawer; });

const ago = seconds => {
  if (seconds < 45) return 'just now';
  if (seconds < 3600) return `${Math.max(1, Math.round(seconds / 60))} min ago`;
  if (seconds < 86400) return `${Math.round(seconds / 3600)} h ago`;
  if (seconds < 172800) return 'yesterday';
  return seconds < 1209600 ? `${Math.floor(seconds / 86400)} days ago` : null;
};
setInterval(() => {
  for (const time of document.querySelectorAll('time[data-ago]')) {
    const text = ago((Date.now() - Date.parse(time.dateTime)) / 1000);
    if (text && time.firstChild && time.firstChild.data !== text) time.firstChild.data = text;
  }
}, 15000);

// Blazor tries again for ever, soon seldom enough for a site that is away for long. It opens the notice; when the server no longer knows the page (it was restarted),
// the page is loaded again, at the same address and so in the same view.
Blazor.start({ circuit: { reconnectionOptions: { maxRetries: Number.MAX_SAFE_INTEGER, retryIntervalMilliseconds: attempt => Math.min(5000, 250 * 2 ** attempt) } } });
document.getElementById('components-reconnect-modal')?.addEventListener('components-reconnect-state-changed', e => {
  const notice = e.target;
  if (e.detail.state === 'show') notice.show();
  else if (e.detail.state === 'hide') notice.close();
  else if (e.detail.state === 'rejected' || e.detail.state === 'resume-failed') location.reload();
  if (e.detail.state === 'retrying' || e.detail.state === 'show') leaveIfSignedOut();
});

// Who signed out in another window has no connection any more, and gets none: loaded again, the page leads to the sign-in page, and from there back.
let asking = false;
async function leaveIfSignedOut() {
  if (asking) return;
  asking = true;
  try {
    if ((await fetch('/api/v1/config/presets', { cache: 'no-store' })).status === 401) location.reload();
  } catch { /* The site does not answer at all. */ }
  finally { asking = false; }
}
