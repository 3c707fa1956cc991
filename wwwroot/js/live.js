// One connection to /hubs/runs a page, shared by everything on it that is live. It reconnects without end; after a gap it names the last event and step
// that arrived and hands on what was missed. What watches gets the hub's messages, and {ready} once nothing can be missed that is stored after the event it names.
import { loadScript } from './load.js';

const runs = new Map();          // id -> { watchers, lastEvent, lastStep, progress, held, subscribed, wanted }
const listeners = new Set();
let connection = null, starting = null;
const sleepers = new Set();      // attempts that wait for their turn

// state: idle, connecting, live, stale (since), refused. paused: since when somebody holds what is shown, whatever becomes of the connection meanwhile.
export const link = { state: 'idle', since: null, paused: null };
export const ended = state => ['finished', 'failed', 'cancelled', 'archived', 'deleted'].includes(state);

function turn(state) {
  if (link.state === state) return;
  link.since = state === 'stale' ? new Date() : null;
  link.state = state;
  tell();
}

function tell() { for (const listener of [...listeners]) listener(link); }

/** How much is being watched now. */
export const watched = () => ({ runs: runs.size, watchers: [...runs.values()].reduce((sum, run) => sum + run.watchers.size, 0), listeners: listeners.size });

/** Calls back whenever the connection or the pause changes, and at once. */
export function onLink(listener) {
  listeners.add(listener);
  listener(link);
  return () => listeners.delete(listener);
}

/** Watches metrics (null = all) of a run; returns what ends it. */
export function watch(id, metrics, receive) {
  let run = runs.get(id);
  if (!run) runs.set(id, run = { id, watchers: new Set(), lastEvent: null, lastStep: null, progress: null, held: null, subscribed: false, wanted: undefined });
  const watcher = { metrics, receive, ready: false };
  run.watchers.add(watcher);
  ask(run);
  return () => {
    run.watchers.delete(watcher);
    // A page that is drawn anew watches the same runs again at once.
    setTimeout(() => { if (run.watchers.size === 0) leave(run); else ask(run); }, 2000);
  };
}

export const progressOf = id => runs.get(id)?.progress ?? null;

export function pause() {
  if (link.paused || link.state !== 'live') return;
  link.paused = new Date();
  tell();
}

export function resume() {
  if (!link.paused) return;
  link.paused = null;
  tell();
  // What came meanwhile was not kept. A connection that is lost subscribes again when it is back.
  if (connection?.state === 'Connected') for (const run of runs.values()) subscribe(run);
}

function leave(run) {
  if (runs.get(run.id) !== run || run.watchers.size > 0) return;
  runs.delete(run.id);
  settle();
  if (run.subscribed && connection?.state === 'Connected') connection.invoke('Unsubscribe', run.id).catch(() => {});
}

function union(run) {
  const names = new Set();
  for (const watcher of run.watchers) {
    if (watcher.metrics === null) return null;
    for (const name of watcher.metrics) names.add(name);
  }
  return [...names].sort();
}

// Several charts appear in one moment: one message tells of all of them.
function ask(run) {
  if (run.asked) return;
  run.asked = true;
  setTimeout(async () => {
    run.asked = false;
    if (run.watchers.size === 0) return;
    await connected();
    if (connection?.state !== 'Connected' || runs.get(run.id) !== run) return;
    // While somebody pauses, a run whose connection was lost keeps what it shows: it subscribes when he goes on.
    if (run.held || (link.paused && !run.subscribed && run.lastEvent !== null)) return;
    if (!run.subscribed) await subscribe(run);
    else await choose(run);
  }, 30);
}

async function choose(run) {
  const names = union(run);
  const waiting = [...run.watchers].filter(w => !w.ready);
  try {
    let after = run.lastEvent;
    if (JSON.stringify(names) !== run.wanted) {
      after = await connection.invoke('Choose', run.id, names) ?? after;
      run.wanted = JSON.stringify(names);
    }
    for (const watcher of waiting) tellReady(run, watcher, after);
  } catch {
    // Where the connection was lost the next one asks again.
    if (connection.state === 'Connected') setTimeout(() => ask(run), 2000);
  }
}

function tellReady(run, watcher, after) {
  if (watcher.ready) return;
  watcher.ready = true;
  watcher.receive({ run: run.id, ready: true, last_event: after });
}

async function subscribe(run) {
  if (run.held) { run.again = true; return; }
  do {
    run.again = false;
    for (let attempt = 0; !await subscribed(run); attempt++) {
      // A new connection subscribes by itself.
      if (connection.state !== 'Connected' || runs.get(run.id) !== run) { run.held = null; run.failing = false; settle(); return; }
      run.failing = true;
      turn('stale');
      await later(attempt);
    }
    run.failing = false;
    settle();
  } while (run.again);
  if ([...run.watchers].some(w => !w.ready)) ask(run);
}

async function subscribed(run) {
  run.held = [];               // What arrives before the answer comes after it.
  const names = union(run), watchers = [...run.watchers];
  let gap;
  try {
    gap = await connection.invoke('Subscribe', run.id, run.lastEvent, run.lastStep, names);
  } catch {
    return false;
  }
  const held = run.held;
  run.held = null;
  run.subscribed = true;
  run.wanted = JSON.stringify(names);
  if (gap === null) return true;    // A run that was purged.
  hand(run, gap);
  for (const message of held) hand(run, message);
  for (const watcher of watchers) tellReady(run, watcher, gap.last_event);
  return true;
}

// What is connected and has subscribed everywhere is live.
function settle() {
  if (connection?.state === 'Connected' && link.state === 'stale' && ![...runs.values()].some(run => run.failing)) turn('live');
}

const later = attempt => new Promise(resolve => {
  const go = () => { sleepers.delete(go); resolve(); };
  sleepers.add(go);
  setTimeout(go, Math.min(8000, 300 * 2 ** attempt) * (0.75 + Math.random() / 2));
});
const wake = () => { for (const go of [...sleepers]) go(); };

function hand(run, message) {
  const known = run.lastEvent ?? message.last_event;
  if (message.rewound_to !== null && run.lastStep !== null) run.lastStep = Math.min(run.lastStep, message.rewound_to);
  message.log = message.log.filter(line => line.number > known || run.lastEvent === null);
  run.lastEvent = message.gap_too_large ? message.last_event : Math.max(known, message.last_event);
  run.lastStep = Math.max(run.lastStep ?? message.progress.step, message.progress.step);
  run.progress = message.progress;
  for (const watcher of [...run.watchers]) watcher.receive(message);
}

function connected() {
  if (connection?.state === 'Connected') return Promise.resolve();
  return starting ??= connect().finally(() => { starting = null; });
}

async function connect() {
  if (!connection) {
    await loadScript('/lib/signalr/signalr.min.js');
    connection = new signalR.HubConnectionBuilder().withUrl('/hubs/runs').configureLogging(signalR.LogLevel.None).build();
    connection.serverTimeoutInMilliseconds = 15000;
    connection.keepAliveIntervalInMilliseconds = 5000;
    connection.on('updates', messages => {
      for (const message of messages) {
        const run = runs.get(message.run);
        if (run?.held) run.held.push(message);
        else if (run && !link.paused) hand(run, message);
      }
    });
    connection.onclose(lost);
  }
  if (link.state === 'idle') turn('connecting');
  for (let attempt = 0; ; attempt++) {
    try {
      await connection.start();
      break;
    } catch (e) {
      if (/status code '40[13]'/i.test(String(e))) { turn('refused'); return; }
      if (link.state !== 'stale') turn('stale');
      await later(attempt);
    }
  }
  turn('live');
}

async function lost() {
  for (const run of runs.values()) run.subscribed = false;
  turn('stale');
  if (leaving) return;
  await connected();
  if (link.state === 'live' && !link.paused) for (const run of [...runs.values()]) subscribe(run);
}

// The network is back, or somebody looks again: no need to wait for the next attempt.
let leaving = false;
addEventListener('online', wake);
document.addEventListener('visibilitychange', () => { if (!document.hidden) wake(); });
addEventListener('pagehide', () => { leaving = true; connection?.stop(); });
addEventListener('pageshow', e => { if (e.persisted) { leaving = false; lost(); } });

// <live-badge runs="id,id">: says whether what one sees is live, and lets one stop it for a while.
const clock = time => time.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const badges = new Set();

class LiveBadge extends HTMLElement {
  static observedAttributes = ['runs'];

  connectedCallback() {
    badges.add(this);
    this.button = document.createElement('button');
    this.button.type = 'button';
    this.button.addEventListener('click', () => link.paused ? resume() : pause());
    this.append(this.button);
    this.stop = onLink(() => this.show());
    this.follow();
  }

  disconnectedCallback() {
    badges.delete(this);
    this.stop();
    for (const leave of this.watches.splice(0)) leave();
    this.replaceChildren();
    this.button = null;
    // Where nothing is left to press nobody could go on; a page that is drawn anew has its badge again at once.
    setTimeout(() => { if (badges.size === 0) resume(); }, 2000);
  }

  attributeChangedCallback() { if (this.button) this.follow(); }

  follow() {
    const before = this.watches?.splice(0) ?? [];
    this.watches = this.runs.map(id => watch(id, [], () => this.show()));
    for (const leave of before) leave();
    this.show();
  }

  get runs() { return (this.getAttribute('runs') ?? '').split(',').filter(Boolean); }

  show() {
    if (!this.button) return;
    const over = this.runs.length > 0 && this.runs.every(id => ended(progressOf(id)?.state));
    const lost = 'No connection to the site; trying again';
    const [kind, word, hint] =
      link.state === 'refused' ? ['stale', 'signed out', 'Sign in again to see live values'] :
      link.paused ? ['paused', `paused since ${clock(link.paused)}`, link.state === 'stale' ? lost : 'Values that have come meanwhile are shown when you go on'] :
      link.state === 'stale' ? ['stale', `stale since ${clock(link.since)}`, lost] :
      over ? ['over', 'ended', 'Nothing more comes'] :
      link.state === 'live' ? ['live', 'live', 'Values appear as they come; press to hold them'] : ['connecting', 'connecting', 'Connecting to the site'];
    this.button.title = hint;
    if (this.button.dataset.kind === kind && this.button.textContent === word) return;
    this.button.dataset.kind = kind;
    this.button.textContent = word;
    this.button.disabled = kind !== 'live' && kind !== 'paused';
    this.button.className = `live-badge live-${kind}`;
  }
}
customElements.define('live-badge', LiveBadge);
