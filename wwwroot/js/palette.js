// Ctrl+K: one box for every run, page and action. The dialog is the browser's own (focus stays inside and returns), and lies outside of what Blazor draws; the server searches.
import { keysDialog } from './palette-keys.js';

const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};
const aria = (target, values) => { for (const [name, value] of Object.entries(values)) target.setAttribute(name, value); return target; };

const box = aria(element('input', { type: 'text', className: 'palette-input', placeholder: 'Go to a run, a page, or do something', autocomplete: 'off', spellcheck: false, maxLength: 200 }),
  { role: 'combobox', 'aria-label': 'Find runs, pages and actions', 'aria-expanded': 'true', 'aria-controls': 'palette-list', 'aria-autocomplete': 'list', 'aria-haspopup': 'listbox' });
const list = aria(element('div', { className: 'palette-list', id: 'palette-list' }), { role: 'listbox', 'aria-label': 'Found' });
const said = aria(element('p', { className: 'palette-said small muted' }), { role: 'status' });
const foot = element('p', { className: 'palette-foot small muted' });
foot.innerHTML = '<span><kbd>↑</kbd> <kbd>↓</kbd> choose</span><span><kbd>Enter</kbd> go</span><span><kbd>Esc</kbd> close</span><span><kbd>?</kbd> all keys</span>';
const dialog = aria(element('dialog', { className: 'palette', id: 'palette' }, box, said, list, foot), { 'aria-label': 'Find' });
const notice = aria(element('div', { className: 'palette-notice', hidden: true }), { role: 'status' });

let options = [], at = -1, asked = 0, pending = Promise.resolve(), stopAsking = null;

const signedIn = () => document.querySelector('[data-palette]') !== null;

function open() {
  if (!signedIn() || dialog.open) return;
  if (!dialog.isConnected) document.body.append(dialog, notice);
  box.value = '';
  dialog.showModal();
  box.focus();
  pending = search();
}

async function search() {
  const mine = ++asked;
  stopAsking?.abort();
  stopAsking = new AbortController();
  try {
    const query = new URLSearchParams({ text: box.value, at: location.pathname });
    const answer = await fetch(`api/v1/palette?${query}`, { signal: stopAsking.signal, headers: { accept: 'application/json' } });
    if (mine !== asked) return;
    if (answer.status === 401) { location.reload(); return; }
    if (!answer.ok) throw new Error((await answer.json()).detail);
    draw((await answer.json()).items);
  } catch (problem) {
    if (problem.name === 'AbortError' || mine !== asked) return;
    draw([]);
    said.textContent = problem instanceof TypeError ? 'The site does not answer; try again in a moment.' : problem.message;
  }
}

function draw(items) {
  list.replaceChildren();
  options = [];
  let group = null;
  for (const item of items) {
    if (group?.dataset.name !== item.group) {
      const heading = element('div', { className: 'palette-group-name', id: `palette-group-${list.childElementCount}`, textContent: item.group });
      group = aria(element('div', { className: 'palette-group' }, heading), { role: 'group', 'aria-labelledby': heading.id });
      group.dataset.name = item.group;
      list.append(group);
    }
    const option = aria(element('div', { className: 'palette-option', id: `palette-option-${options.length}` }), { role: 'option', 'aria-selected': 'false' });
    option.append(mark(item), element('span', { className: 'palette-title', textContent: item.title }), element('span', { className: 'palette-hint small muted', textContent: item.hint ?? '' }));
    if (item.state) option.append(element('span', { className: `state state-${item.state} palette-state`, textContent: item.state }));
    option.item = item;
    option.addEventListener('click', event => choose(item, event));
    option.addEventListener('pointermove', () => { if (options[at] !== option) select(options.indexOf(option), false); });
    group.append(option);
    options.push(option);
  }
  const words = box.value.trim();
  said.textContent = options.length > 0 ? '' : `Nothing is called like “${words}”.`;
  said.hidden = options.length > 0;
  box.setAttribute('aria-expanded', options.length > 0 ? 'true' : 'false');
  // Nothing is chosen before something was typed: Enter by mistake stops no run.
  select(options.length > 0 && words.length > 0 ? 0 : -1, false);
  list.scrollTop = 0;
}

function mark(item) {
  if (item.color) {
    const dot = element('span', { className: 'dot palette-dot' });
    dot.style.background = item.color;
    return dot;
  }
  const picture = aria(document.createElementNS('http://www.w3.org/2000/svg', 'svg'), { viewBox: '0 0 24 24', class: 'palette-icon', 'aria-hidden': 'true' });
  picture.innerHTML = item.icon ?? ''; // the site's own pictures, never anybody's text
  return picture;
}

function select(index, scroll) {
  options[at]?.setAttribute('aria-selected', 'false');
  at = index;
  const option = options[at];
  if (!option) { box.removeAttribute('aria-activedescendant'); return; }
  option.setAttribute('aria-selected', 'true');
  box.setAttribute('aria-activedescendant', option.id);
  if (scroll) option.scrollIntoView({ block: 'nearest' });
}

async function choose(item, event) {
  if (item.href) {
    if (event.ctrlKey || event.metaKey) { window.open(item.href, '_blank', 'noopener'); return; }
    dialog.close();
    if (/^\/(api|hangfire)\b/.test(item.href)) location.assign(item.href);
    else if (location.pathname + location.search !== item.href) window.Blazor?.navigateTo ? Blazor.navigateTo(item.href) : location.assign(item.href);
  } else if (item.post) {
    dialog.close();
    const problem = await post(item.post);
    show(problem ? `${item.title} was not possible: ${problem}` : `Done: ${item.title}.`, problem ? null : item.undo, problem !== null);
  } else {
    dialog.close();
    here(item.here);
  }
}

// Gives the refusal in a sentence, or null.
async function post(address) {
  try {
    const answer = await fetch(address, { method: 'POST' });
    return answer.ok ? null : (await answer.json()).detail;
  } catch {
    return 'The site does not answer; try again in a moment.';
  }
}

let hiding = 0;
function show(text, undo, bad) {
  notice.replaceChildren(element('span', { textContent: text }));
  notice.classList.toggle('bad', bad === true);
  if (undo) {
    const back = element('button', { type: 'button', textContent: 'Undo' });
    back.addEventListener('click', async () => show(await post(undo) ?? 'It is back as it was.', null));
    notice.append(back);
  }
  notice.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => { notice.hidden = true; }, undo ? 12000 : 6000);
}

function here(what) {
  if (what.startsWith('theme:')) {
    window.rilTheme.choose(what.slice(6));
  } else if (what === 'rail') {
    document.querySelector('[data-rail-collapse]')?.click();
  } else if (what === 'keys') {
    keysDialog();
  } else if (what === 'sign-out') {
    const form = element('form', { method: 'post', action: '/sign-out' });
    document.body.append(form);
    form.submit();
  }
}

box.addEventListener('input', () => { pending = search(); });
box.addEventListener('keydown', async event => {
  const last = options.length - 1;
  const to = { ArrowDown: at >= last ? 0 : at + 1, ArrowUp: at <= 0 ? last : at - 1, PageDown: Math.min(at + 8, last), PageUp: Math.max(at - 8, 0) }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    select(to, true);
  } else if (event.key === 'Enter' && !event.isComposing) {
    event.preventDefault();
    const { ctrlKey, metaKey } = event;
    // Who types and presses Enter at once means what was typed, not what stood there before.
    await pending;
    if (dialog.open && options[at]) choose(options[at].item, { ctrlKey, metaKey });
  }
});
dialog.addEventListener('click', event => { if (event.target === dialog) dialog.close(); });
dialog.addEventListener('keydown', event => event.stopPropagation());

document.addEventListener('click', event => { if (event.target.closest?.('[data-palette]')) open(); });
document.addEventListener('keydown', event => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k') {
    if (!signedIn()) return;
    event.preventDefault();
    if (dialog.open) dialog.close(); else open();
  } else if (event.key === '?' && !event.ctrlKey && !event.metaKey && signedIn() && !event.target.closest?.('input:not([type=checkbox], [type=range]), textarea, select, [contenteditable]')) {
    event.preventDefault();
    keysDialog();
  }
}, true);
