// <metric-chart options="…">: lines of metrics around uPlot. History comes over HTTP, reduced by the server; what is new comes over the hub and never moves what
// somebody zoomed. The element builds itself when it comes into view and lets everything go when it is far out of it; nothing of it is in the server's page.
import { link, onLink, watch, ended, progressOf } from './live.js';
import { Line, positions, smooth } from './chart-data.js';
import { forgetPoints } from './chart-fetch.js';
import { createPlot, loadPlot, forgetColors } from './chart-plot.js';
import { axes, count, number } from './chart-format.js';
import { saveCsv, savePicture, showTable, summarize } from './chart-export.js';

// Charts of a group share zoom and smoothing.
const groups = new Map();
function groupOf(name) {
  if (!groups.has(name)) groups.set(name, { name, charts: new Set(), zoom: undefined, smoothing: undefined });
  return groups.get(name);
}

// One frame redraws every chart that has changed.
const dirty = new Set();
let frame = 0;
function redraw(chart) {
  dirty.add(chart);
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    const now = [...dirty];
    dirty.clear();
    for (const c of now) c.draw();
  });
}

// A browser that is busy tells of several looks at once: what went out of view and came back is in view, and only the last look counts.
const latest = entries => new Map(entries.map(e => [e.target, e])).values();
const near = new IntersectionObserver(entries => { for (const e of latest(entries)) if (e.isIntersecting) e.target.mount(); }, { rootMargin: '300px 0px' });
const far = new IntersectionObserver(entries => { for (const e of latest(entries)) if (!e.isIntersecting) e.target.unmount(); }, { rootMargin: '2500px 0px' });
const sizes = new ResizeObserver(entries => { for (const e of entries) e.target.closest('metric-chart')?.resized(); });
new MutationObserver(() => {
  forgetColors();
  for (const group of groups.values()) for (const chart of group.charts) chart.rebuild();
}).observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });

const buttons = [
  ['reset', 'Whole range', 'M4 4h6v2H6v4H4zm10 0h6v6h-2V6h-4zM4 14h2v4h4v2H4zm14 0h2v6h-6v-2h4z'],
  ['table', 'Show as a table', 'M3 4h18v16H3zm2 5v3h6V9zm8 0v3h6V9zm-8 5v4h6v-4zm8 0v4h6v-4z'],
  ['wide', 'Larger or smaller', 'M14 4h6v6h-2V7.4l-4.3 4.3-1.4-1.4L16.6 6H14zM4 14h2v2.6l4.3-4.3 1.4 1.4L7.4 18H10v2H4z'],
  ['png', 'Save as a picture (PNG)', 'M4 4h16v16H4zm2 2v9l4-4 3 3 2-2 3 3V6zm2.5 1.5a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3z'],
  ['csv', 'Save the values (CSV)', 'M11 4h2v8l3-3 1.4 1.4L12 15.8l-5.4-5.4L8 9l3 3zM5 18h14v2H5z'],
];

class MetricChart extends HTMLElement {
  static observedAttributes = ['options'];

  connectedCallback() {
    this.classList.add('chart');
    near.observe(this);
    far.observe(this);
  }

  disconnectedCallback() {
    near.unobserve(this);
    far.unobserve(this);
    this.unmount();
  }

  attributeChangedCallback() {
    const before = this.options, next = JSON.parse(this.getAttribute('options'));
    this.options = next;
    const group = groupOf(next.group);
    // The page says again what was zoomed here a moment ago; by then it may be zoomed further.
    if (JSON.stringify(before?.zoom) !== JSON.stringify(next.zoom) && !(performance.now() - group.zoomedAt < 1500)) zoomGroup(group, next.zoom ?? null);
    if (before?.smoothing !== next.smoothing) group.smoothing = next.smoothing;
    if (!this.mounted) return;
    if (JSON.stringify(before.series) !== JSON.stringify(next.series) || before.group !== next.group || before.title !== next.title || before.height !== next.height) {
      this.unmount();
      this.mount();
    } else if (before.x !== next.x || before.log !== next.log) {
      this.rebuild();
    } else {
      redraw(this);
    }
  }

  mount() {
    if (this.mounted || !this.options) return;
    this.mounted = new AbortController();
    this.group = groupOf(this.options.group);
    this.group.charts.add(this);
    this.build();
    this.lines = this.options.series.map(spec => new Line(spec));
    this.off ??= new Set();      // What was hidden stays so when one scrolls away and back.
    this.stops = [onLink(() => this.badge())];
    const metrics = Map.groupBy(this.lines, line => line.spec.run);
    for (const [run, lines] of metrics) this.stops.push(watch(run, [...new Set(lines.map(l => l.spec.metric))], message => this.receive(run, lines, message)));
    this.load();
  }

  unmount() {
    if (!this.mounted) return;
    this.mounted.abort();
    this.mounted = null;
    for (const stop of this.stops) stop();
    sizes.unobserve(this.plotArea);
    this.plot?.destroy();
    this.plot = null;
    this.group.charts.delete(this);
    dirty.delete(this);
    clearTimeout(this.later);
    this.replaceChildren();
    this.lines = null;
  }

  build() {
    const o = this.options;
    const make = (tag, className, text) => { const e = document.createElement(tag); e.className = className; if (text) e.textContent = text; return e; };
    const head = make('div', 'chart-head');
    this.titleText = make('span', 'chart-title', o.title);
    this.titleText.title = o.sentence ?? '';
    head.append(this.titleText);
    if (o.name && o.name !== o.title) head.append(make('code', 'chart-name', o.name));
    this.liveText = make('span', 'chart-live');
    this.pointsText = make('span', 'chart-points');
    const tools = make('span', 'chart-tools');
    for (const [act, word, path] of buttons) {
      const button = make('button', 'chart-tool');
      button.type = 'button';
      button.dataset.act = act;
      button.title = word;
      button.setAttribute('aria-label', `${word}: ${o.title}`);
      const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
      svg.setAttribute('viewBox', '0 0 24 24');
      svg.setAttribute('aria-hidden', 'true');
      const shape = document.createElementNS('http://www.w3.org/2000/svg', 'path');
      shape.setAttribute('d', path);
      shape.setAttribute('fill-rule', 'evenodd');
      svg.append(shape);
      button.append(svg);
      button.addEventListener('click', () => this.act(act, button));
      tools.append(button);
    }
    this.resetButton = tools.firstChild;
    this.resetButton.hidden = true;
    this.tableButton = tools.querySelector('[data-act=table]');
    this.tableButton.setAttribute('aria-expanded', 'false');
    head.append(this.liveText, this.pointsText, tools);
    this.plotArea = make('div', 'chart-plot');
    this.plotArea.append(make('div', 'skeleton chart-skeleton'));
    this.legend = make('div', 'chart-legend');
    this.table = make('div', 'chart-table visually-hidden');
    this.setAttribute('role', 'group');
    this.setAttribute('aria-label', `Chart: ${o.title}`);
    if (o.sentence) this.setAttribute('aria-description', o.sentence);
    this.append(head, this.plotArea, this.legend, this.table);
    sizes.observe(this.plotArea);
    this.plotArea.addEventListener('dblclick', () => this.zoom(null), { signal: this.mounted.signal });
  }

  get buckets() { return Math.min(2000, Math.max(200, Math.ceil(this.plotArea.clientWidth / 200) * 200)); }
  get zoomed() { return this.group.zoom ?? null; }
  get smoothing() { return this.group.smoothing ?? 0; }
  /** Where a line's axis begins: the run's start, or the step at which its RIL stage began. */
  get start() { return line => this.options.x === 'ril' ? line.spec.rilStart ?? 0 : line.spec.start ?? line.base.times[0] ?? 0; }

  async load() {
    const signal = this.mounted.signal;
    try {
      await loadPlot();
      await Promise.all(this.lines.map(line => line.load(this.buckets, signal)));
      if (signal.aborted) return;
      this.failed = null;
      this.rebuild();
      if (this.zoomed) this.detail();
      for (const line of this.lines) this.join(line);
    } catch (e) {
      if (signal.aborted) return;
      this.failed = e;
      this.note(`The values could not be read: ${e.message}`, 'Try again', () => this.load());
      clearTimeout(this.later);
      this.later = setTimeout(() => { if (this.failed) this.load(); }, 5000);
    }
  }

  note(text, word, act) {
    this.plot?.destroy();
    this.plot = null;
    const note = document.createElement('div');
    note.className = 'chart-note';
    note.textContent = text + ' ';
    if (word) {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'chart-again';
      button.textContent = word;
      button.addEventListener('click', act);
      note.append(button);
    }
    this.plotArea.replaceChildren(note);
  }

  receive(run, lines, message) {
    if (!this.mounted) return;
    if (message.ready) {
      for (const line of lines) { line.liveAfter = message.last_event; this.join(line); }
      return;
    }
    if (message.gap_too_large) {
      for (const line of lines) { forgetPoints(run, line.spec.metric); if (message.rewound_to !== null) line.rewind(message.rewound_to); }
      this.load();
      return;
    }
    let changed = false;
    for (const line of lines) changed = line.take(message) || changed;
    this.badge();
    if (!changed && this.plot === null && this.failed === null && ended(message.progress.state)) this.rebuild();   // What it says of values to come is over.
    if (!changed || !lines.every(l => l.loaded)) return;
    if (!this.plot) this.rebuild(); else redraw(this);
    // Live values are kept one by one; now and then the server reduces them.
    if (lines.some(l => l.tail.size > 3000)) { for (const line of lines) forgetPoints(run, line.spec.metric); Promise.all(lines.map(l => l.load(this.buckets, this.mounted.signal))).then(() => redraw(this), () => {}); }
  }

  /** Where history ends before live values begin, reads what lies between. */
  async join(line) {
    if (!line.loaded || line.liveAfter === null || line.base.lastEvent >= line.liveAfter) return;
    const after = line.liveAfter, signal = this.mounted.signal;
    line.liveAfter = null;
    try {
      await line.catchUp(signal);
      if (this.plot) redraw(this); else this.rebuild();
    } catch {
      if (signal.aborted) return;
      line.liveAfter = after;
      setTimeout(() => { if (!signal.aborted) this.join(line); }, 2000);
    }
  }

  /** What is drawn: per line its positions, values and what smoothing makes of them. */
  view() {
    const { x, log } = this.options, zoomed = this.zoomed !== null;
    return this.lines.map(line => {
      const key = `${line.change} ${x} ${log} ${this.smoothing} ${zoomed && line.detail !== null}`;
      if (line.drawnKey === key) return line.drawn;
      const points = line.points(zoomed);
      let below = 0;
      const raw = points.values.map(v => Number.isNaN(v) ? null : log && v <= 0 ? (below++, null) : v);
      line.drawnKey = key;
      return line.drawn = {
        points, raw, below,
        xs: positions(points, x, this.start(line)),
        smooth: this.smoothing > 0 ? smooth(raw, points.weights, this.smoothing) : null,
      };
    });
  }

  rebuild() {
    if (!this.mounted || !this.lines.every(l => l.loaded)) return;
    this.plot?.destroy();
    this.plot = null;
    const view = this.view();
    if (view.every(v => v.xs.length === 0)) {
      this.note(this.lines.some(l => !ended(progressOf(l.spec.run)?.state)) ? 'No values yet: they appear here as they come.' : 'This run has no values of it.');
      this.legend.replaceChildren();
      return;
    }
    this.plotArea.replaceChildren();
    this.plot = createPlot(this, view);
    this.buildLegend();
    this.draw();
  }

  draw() {
    if (!this.mounted || !this.plot) return;
    const view = this.view();
    this.plot.show(view);
    this.resetButton.hidden = this.zoomed === null;
    const shown = view.reduce((sum, v) => sum + v.points.steps.length, 0);
    const all = this.zoomed ? view.reduce((sum, v) => sum + v.points.total, 0) : this.lines.reduce((sum, l) => sum + l.total, 0);
    const below = view.reduce((sum, v) => sum + v.below, 0);
    this.pointsText.textContent = [shown < all ? `${count(shown)} of ${count(all)} points` : '', below > 0 ? `${count(below)} not above 0` : ''].filter(Boolean).join(', ');
    this.pointsText.title = shown < all ? 'First, last, smallest and largest value of every piece of the range: no spike is left out. Zoom in for all.' : '';
    this.badge();
    this.values(null);
    if (!this.summarized || performance.now() - this.summarized > 5000) {
      this.summarized = performance.now();
      if (this.tableButton.getAttribute('aria-expanded') === 'true') showTable(this, view); else summarize(this, view);
    }
  }

  badge() {
    const over = this.lines?.every(l => ended(progressOf(l.spec.run)?.state));
    const kind = over || !this.lines ? '' : link.state;
    this.liveText.className = `chart-live chart-live-${kind}`;
    const since = link.since?.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
    this.liveText.textContent = kind === 'stale' ? `stale since ${since}` : kind === 'paused' ? 'paused' : '';
    this.liveText.title = kind === 'live' ? 'live' : kind === 'stale' ? 'No connection to the site; trying again' : '';
  }

  buildLegend() {
    this.legend.replaceChildren();
    this.legendX = document.createElement('span');
    this.legendX.className = 'chart-at';
    this.legend.append(this.legendX);
    this.items = this.lines.map((line, i) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'chart-item';
      button.setAttribute('aria-pressed', String(!this.off.has(i)));
      button.title = 'Show or hide; with Shift only this one';
      const mark = document.createElement('span');
      mark.className = `chart-mark chart-mark-${line.spec.dash ?? 0}`;
      mark.style.borderColor = line.spec.color;
      const name = document.createElement('span');
      name.className = 'chart-item-name';
      name.textContent = line.spec.label;
      const value = document.createElement('span');
      value.className = 'chart-value';
      button.append(mark, name, value);
      button.addEventListener('click', e => this.toggle(i, e.shiftKey));
      this.legend.append(button);
      return { button, value };
    });
  }

  toggle(i, alone) {
    if (alone) {
      const others = this.lines.map((_, k) => k).filter(k => k !== i);
      const isAlone = !this.off.has(i) && others.every(k => this.off.has(k));
      this.off = new Set(isAlone ? [] : others);
    } else if (!this.off.delete(i)) {
      this.off.add(i);
    }
    this.items.forEach((item, k) => item.button.setAttribute('aria-pressed', String(!this.off.has(k))));
    this.plot?.toggle(this.off);
  }

  /** Values at the cursor in the legend, the newest ones where there is none. */
  values(at) {
    if (!this.items || !this.plot) return;
    const view = this.view(), { word, show } = axes[this.options.x];
    this.legendX.textContent = at === null ? 'latest' : `${word} ${show(at)}`;
    view.forEach((v, i) => {
      const k = at === null ? v.xs.length - 1 : nearest(v.xs, at);
      const raw = v.points.values[k], even = v.smooth?.[k];
      const percent = this.options.percent;
      const say = value => percent && Number.isFinite(value) ? `${(100 * value).toFixed(1)}\u202f%`.replace('-', '−') : number(value);
      this.items[i].value.textContent = raw === undefined ? '–' : even !== null && even !== undefined ? `${say(even)} (${say(raw)})` : say(raw);
    });
  }

  act(act, button) {
    if (act === 'reset') this.zoom(null);
    else if (act === 'wide') { this.classList.toggle('chart-wide'); }
    else if (act === 'png' && this.plot) savePicture(this);
    else if (act === 'csv') saveCsv(this).catch(e => { button.title = `The values could not be read: ${e.message}`; });
    else if (act === 'table' && this.plot) {
      const open = this.tableButton.getAttribute('aria-expanded') !== 'true';
      this.tableButton.setAttribute('aria-expanded', String(open));
      this.table.classList.toggle('visually-hidden', !open);
      this.table.tabIndex = open ? 0 : -1;
      if (open) showTable(this, this.view()); else summarize(this, this.view());
    }
  }

  zoom(range) {
    range = range?.map(v => Math.round(v * 1e6) / 1e6) ?? null;
    this.group.zoomedAt = performance.now();
    zoomGroup(this.group, range);
    this.dispatchEvent(new CustomEvent('chartzoom', { bubbles: true, detail: { from: range?.[0] ?? null, to: range?.[1] ?? null } }));
  }

  zoomChanged() {
    if (!this.mounted || !this.lines.every(l => l.loaded)) return;
    for (const line of this.lines) if (this.zoomed === null) line.detail = null;
    redraw(this);
    if (this.zoomed) this.detail();
  }

  /** Reads what lies in the zoomed range with as many pieces as there are pixels. */
  async detail() {
    const [low, high] = this.zoomed, signal = this.mounted.signal;
    const asked = this.asked = {};
    await Promise.all(this.lines.filter(line => line.base.reduced).map(async line => {
      const xs = positions(line.base, this.options.x, this.start(line));
      const first = Math.max(0, lower(xs, low) - 1), last = Math.min(xs.length - 1, lower(xs, high) + 1);
      if (first >= last) return;
      const spare = Math.ceil((line.base.steps[last] - line.base.steps[first]) * 0.01) + 1;
      const from = Math.max(0, Math.floor(line.base.steps[first]) - spare), to = Math.ceil(line.base.steps[last]) + spare;
      const points = await line.fetchDetail(from, to, this.buckets, signal);
      if (this.asked === asked) line.detail = points;
      line.change++;
    })).catch(() => {});
    if (this.asked === asked && !signal.aborted) redraw(this);
  }

  resized() {
    if (!this.plot || this.plotArea.clientWidth === 0) return;
    this.plot.resize();
  }
}

function zoomGroup(group, range) {
  if (JSON.stringify(group.zoom ?? null) === JSON.stringify(range ?? null)) return;
  group.zoom = range ?? null;
  for (const chart of group.charts) chart.zoomChanged();
}

function lower(xs, x) {
  let low = 0, high = xs.length;
  while (low < high) { const mid = (low + high) >> 1; if (xs[mid] < x) low = mid + 1; else high = mid; }
  return low;
}

function nearest(xs, x) {
  const after = lower(xs, x);
  return after === xs.length || (after > 0 && x - xs[after - 1] < xs[after] - x) ? after - 1 : after;
}

// The slider acts while it is dragged; the page hears of it when it is let go.
document.addEventListener('input', e => {
  const name = e.target.dataset?.chartSmoothing;
  if (name === undefined) return;
  const group = groupOf(name);
  group.smoothing = Number(e.target.value);
  const said = e.target.parentElement?.querySelector('output');
  if (said) said.textContent = group.smoothing === 0 ? 'off' : group.smoothing.toFixed(2);
  for (const chart of group.charts) redraw(chart);
});

customElements.define('metric-chart', MetricChart);

window.Blazor?.registerCustomEventType('chartzoom', { createEventArgs: e => e.detail });
