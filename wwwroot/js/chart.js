// <metric-chart options="…">: lines of metrics around uPlot. History comes over HTTP, reduced by the server; what is new comes over the hub and never moves what
// somebody zoomed. The element builds itself when it comes into view and lets everything go when it is far out of it; nothing of it is in the server's page.
import { link, onLink, watch, ended, progressOf } from './live.js';
import { Line, positions, smooth } from './chart-data.js';
import { forgetPoints } from './chart-fetch.js';
import { everyChart, groupOf } from './chart-group.js';
import { Legend } from './chart-legend.js';
import { Reading } from './chart-reading.js';
import { createPlot, forgetColors } from './chart-plot.js';
import { count } from './chart-format.js';
import { saveCsv, savePicture, showTable, summarize } from './chart-export.js';

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
  everyChart(chart => chart.rebuild());
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
  static mostLive = 3000;       // live values that are kept one by one
  static tableEvery = 5000;     // ms between two versions of the table that nobody asked for
  off = new Set();              // lines that are hidden

  connectedCallback() {
    this.classList.add('chart');
    near.observe(this);
    far.observe(this);
  }

  disconnectedCallback() {
    near.unobserve(this);
    far.unobserve(this);
    // Where the page only puts its charts into another order, this one is back at once, with its zoom, its table and its place in it.
    queueMicrotask(() => { if (!this.isConnected) this.unmount(); });
  }

  attributeChangedCallback() {
    const before = this.options, next = JSON.parse(this.getAttribute('options'));
    this.options = next;
    const group = groupOf(next.group);
    const turned = before !== undefined && before.x !== next.x;
    if (turned || JSON.stringify(before?.zoom) !== JSON.stringify(next.zoom)) group.accept(next.zoom ?? null, turned);
    if (before?.smoothing !== next.smoothing) group.smoothe(next.smoothing ?? 0);
    if (JSON.stringify(before?.hidden) !== JSON.stringify(next.hidden)) this.hide(next.hidden ?? []);
    if (!this.mounted) return;
    this.told = 0;
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
    this.reading = new Reading(this, this.mounted.signal);
    this.stops = [onLink(() => this.badge())];
    const metrics = Map.groupBy(this.lines, line => line.spec.run);
    for (const [run, lines] of metrics) this.stops.push(watch(run, [...new Set(lines.map(l => l.spec.metric))], message => this.receive(run, lines, message)));
    this.reading.history(false);
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
    clearTimeout(this.telling);
    this.telling = null;
    this.told = 0;
    this.legend = null;
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
      button.addEventListener('click', () => this.act(act));
      tools.append(button);
    }
    this.resetButton = tools.firstChild;
    this.resetButton.hidden = true;
    this.csvButton = tools.querySelector('[data-act=csv]');
    this.tableButton = tools.querySelector('[data-act=table]');
    this.tableButton.setAttribute('aria-expanded', 'false');
    head.append(this.liveText, this.pointsText, tools);
    this.plotArea = make('div', 'chart-plot');
    this.plotArea.append(make('div', 'skeleton chart-skeleton'));
    this.troubleText = make('p', 'chart-trouble');
    this.troubleText.setAttribute('role', 'alert');
    this.troubleText.hidden = true;
    this.legendArea = make('div', 'chart-legend');
    this.table = make('div', 'chart-table visually-hidden');
    this.setAttribute('role', 'group');
    this.setAttribute('aria-label', `Chart: ${o.title}`);
    if (o.sentence) this.setAttribute('aria-description', o.sentence);
    this.append(head, this.plotArea, this.troubleText, this.legendArea, this.table);
    sizes.observe(this.plotArea);
    this.plotArea.addEventListener('dblclick', () => this.zoom(null), { signal: this.mounted.signal });
  }

  get buckets() { return Math.min(2000, Math.max(200, Math.ceil(this.plotArea.clientWidth / 200) * 200)); }
  get zoomed() { return this.group.zoom; }
  get smoothing() { return this.group.smoothing; }
  /** Where a line's axis begins: the run's start, or the step at which its RIL stage began. */
  start(line) { return this.options.x === 'ril' ? line.spec.rilStart ?? 0 : line.spec.start ?? line.base.times[0] ?? 0; }

  /** Says what went wrong and what can be done: below a plot that stays, in the place of one that is not there yet. */
  say(text, word, act) {
    if (text !== null) this.troubleText.replaceChildren(...sentence(text, word, act));
    this.troubleText.hidden = text === null || this.plot === null;
    if (text !== null && this.plot === null) this.note(text, word, act);
  }

  note(text, word, act) {
    this.plot?.destroy();
    this.plot = null;
    const note = document.createElement('div');
    note.className = 'chart-note';
    note.append(...sentence(text, word, act));
    this.plotArea.replaceChildren(note);
  }

  receive(run, lines, message) {
    if (!this.mounted) return;
    if (message.ready) {
      for (const line of lines) this.reading.join(line, message.last_event);
      return;
    }
    const before = lines.map(line => line.change), back = message.rewound_to !== null || message.gap_too_large;
    if (back) forgetPoints(run);
    for (const line of lines) if (message.gap_too_large) line.rewind(message); else line.take(message);
    const changed = lines.some((line, i) => line.change !== before[i]);
    // Live values are kept one by one; now and then the server reduces them.
    if (back || lines.some(line => line.tail.size > MetricChart.mostLive)) this.reading.history(true);
    this.badge();
    if (!this.lines.every(line => line.loaded)) return;
    if (changed && this.plot) redraw(this);
    else if (!this.plot && (changed || ended(message.progress.state))) this.rebuild();   // What it says of values to come may be over.
  }

  /** What was read has come. */
  arrived() {
    if (!this.mounted) return;
    this.say(null);
    this.told = 0;
    if (this.plot) redraw(this); else this.rebuild();
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
        smooth: this.smoothing > 0 ? smooth(points, this.smoothing).map(v => log && v <= 0 ? null : v) : null,
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
      this.legendArea.replaceChildren();
      this.tell();
      return;
    }
    this.plotArea.replaceChildren();
    this.plot = createPlot(this, view);
    this.legend = new Legend(this);
    this.draw();
  }

  draw() {
    if (!this.mounted || !this.plot) return;
    const view = this.view();
    this.plot.show(view);
    this.resetButton.hidden = this.zoomed === null;
    let shown = 0, all = 0;
    for (const { points, xs } of view) xs.forEach((x, k) => { if (this.shows(x)) { shown++; all += points.weights[k]; } });
    all = Math.round(all);
    const below = view.reduce((sum, v) => sum + v.below, 0);
    this.pointsText.textContent = [shown < all ? `${count(shown)} of ${count(all)} points` : '', below > 0 ? `${count(below)} not above 0` : ''].filter(Boolean).join(', ');
    this.pointsText.title = shown < all ? 'First, last, smallest and largest value of every piece of the range: no spike is left out. Zoom in for all.' : '';
    this.badge();
    this.values(null);
    this.tell();
  }

  /** Whether a place of the axis is in the range that is shown. */
  shows(x) { return this.zoomed === null || x >= this.zoomed[0] && x <= this.zoomed[1]; }

  badge() {
    const over = this.lines?.every(l => ended(progressOf(l.spec.run)?.state));
    const kind = over || !this.lines ? '' : link.paused ? 'paused' : link.state;
    this.liveText.className = `chart-live chart-live-${kind}`;
    const since = (link.paused ?? link.since)?.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
    this.liveText.textContent = kind === 'stale' ? `stale since ${since}` : kind === 'paused' ? 'paused' : '';
    this.liveText.title = kind === 'live' ? 'live' : kind === 'stale' ? 'No connection to the site; trying again' : '';
  }

  toggle(i, alone) {
    if (alone) {
      const others = this.lines.map((_, k) => k).filter(k => k !== i);
      const isAlone = !this.off.has(i) && others.every(k => this.off.has(k));
      this.off = new Set(isAlone ? [] : others);
    } else if (!this.off.delete(i)) {
      this.off.add(i);
    }
    this.hide(this.off);
    this.dispatchEvent(new CustomEvent('chartlines', { bubbles: true, detail: { hidden: [...this.off] } }));
  }

  hide(lines) {
    this.off = new Set(lines);
    this.legend?.press();
    this.plot?.toggle(this.off);
  }

  /** Values at the cursor in the legend, the newest ones where there is none. */
  values(at) {
    if (this.plot) this.legend.values(this.view(), at);
  }

  /** Says in the table what is drawn: at once where somebody acted or history came, else at most every few seconds, the last change included. */
  tell() {
    const wait = this.told ? this.told + MetricChart.tableEvery - performance.now() : 0;
    if (wait > 0) {
      this.telling ??= setTimeout(() => { this.telling = null; this.told = 0; this.tell(); }, wait);
      return;
    }
    clearTimeout(this.telling);
    this.telling = null;
    this.told = performance.now();
    if (!this.plot) this.table.replaceChildren();
    else if (this.tableButton.getAttribute('aria-expanded') === 'true') showTable(this, this.view());
    else summarize(this, this.view());
  }

  act(act) {
    if (act === 'reset') this.zoom(null);
    else if (act === 'wide') { this.classList.toggle('chart-wide'); }
    else if (act === 'png' && this.plot) savePicture(this);
    else if (act === 'csv') this.save();
    else if (act === 'table' && this.plot) {
      const open = this.tableButton.getAttribute('aria-expanded') !== 'true';
      this.tableButton.setAttribute('aria-expanded', String(open));
      this.table.classList.toggle('visually-hidden', !open);
      this.table.tabIndex = open ? 0 : -1;
      this.told = 0;
      this.tell();
    }
  }

  async save() {
    const signal = this.mounted.signal;
    this.csvButton.disabled = true;
    try {
      await saveCsv(this, signal);
      this.say(null);
    } catch (e) {
      if (!signal.aborted) this.say(`The values could not be saved: ${e.message}`, 'Try again', () => this.save());
    }
    this.csvButton.disabled = false;
  }

  zoom(range) {
    range = range?.map(v => Math.round(v * 1e6) / 1e6) ?? null;
    this.group.choose(range);
    this.dispatchEvent(new CustomEvent('chartzoom', { bubbles: true, detail: { from: range?.[0] ?? null, to: range?.[1] ?? null } }));
  }

  zoomChanged() {
    if (!this.mounted) return;
    this.told = 0;
    if (!this.lines.every(l => l.loaded)) return;
    redraw(this);
    this.reading.detail();
  }

  smoothingChanged() {
    if (!this.mounted) return;
    redraw(this);
    // The average of what was reduced is the server's.
    if (this.lines.some(line => !line.loaded || line.base.reduced)) this.reading.history(false);
  }

  resized() {
    if (!this.plot || this.plotArea.clientWidth === 0) return;
    this.plot.resize();
  }
}

function sentence(text, word, act) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'chart-again';
  button.textContent = word;
  button.addEventListener('click', act);
  return word ? [text + ' ', button] : [text];
}

customElements.define('metric-chart', MetricChart);

for (const name of ['chartzoom', 'chartlines']) window.Blazor?.registerCustomEventType(name, { createEventArgs: e => e.detail });
