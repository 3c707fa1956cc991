// One line of a chart: history as the server reduced it, detail of the zoomed range, and the values that came live since.
import { fetchPoints } from './chart-fetch.js';

const empty = { steps: [], values: [], times: [], tokens: [], weights: [], nan: [], total: 0, reduced: false, lastEvent: 0 };

export class Line {
  constructor(spec) {
    this.spec = spec;
    this.base = empty;        // from the first step to the last one that was stored
    this.detail = null;       // { from, to, points }
    this.tail = new Map();    // step -> value, came after the base
    this.axis = new Map();    // step -> [time, tokens] of the tail
    this.loaded = false;
    this.liveAfter = null;    // live values come for every event after this one; null until that is known
    this.change = 0;
  }

  get lastStep() {
    let last = this.base.steps.at(-1) ?? -1;
    for (const step of this.tail.keys()) if (step > last) last = step;
    return last;
  }

  /** Values in all, as stored and come since. */
  get total() {
    const last = this.base.steps.at(-1) ?? -1;
    let more = 0;
    for (const step of this.tail.keys()) if (step > last) more++;
    return this.base.total + more;
  }

  async load(buckets, signal) {
    const points = await fetchPoints(this.spec.run, this.spec.metric, null, null, buckets, signal);
    this.base = points;
    const last = points.steps.at(-1) ?? -1;
    for (const step of [...this.tail.keys()]) if (step <= last) { this.tail.delete(step); this.axis.delete(step); }
    this.loaded = true;
    this.change++;
  }

  async fetchDetail(from, to, buckets, signal) {
    return { from, to, points: await fetchPoints(this.spec.run, this.spec.metric, from, to, buckets, signal) };
  }

  /** What was stored between the history's answer and the first live value, some of which may be here already: it begins where the history ends. */
  async catchUp(signal) {
    const points = await fetchPoints(this.spec.run, this.spec.metric, this.base.steps.at(-1) ?? 0, null, 2000, signal, true);
    for (let i = 0; i < points.steps.length; i++) {
      this.tail.set(points.steps[i], points.values[i]);
      this.axis.set(points.steps[i], [points.times[i], points.tokens[i]]);
    }
    this.change++;
  }

  /** Takes what a live message says; true where something changed. */
  take(message) {
    let changed = false;
    if (message.rewound_to !== null && message.rewound_to !== undefined && message.rewound_to < this.lastStep) {
      this.rewind(message.rewound_to);
      changed = true;
    }
    const news = message.metrics[this.spec.metric];
    if (!news) return changed;
    const known = new Map(message.steps.steps.map((step, i) => [step, [message.steps.times[i], message.steps.tokens[i] ?? NaN]]));
    news.steps.forEach((step, i) => {
      this.tail.set(step, news.values[i] ?? NaN);
      this.axis.set(step, known.get(step) ?? this.axis.get(step) ?? [Date.now(), NaN]);
    });
    this.change++;
    return true;
  }

  rewind(step) {
    const cut = points => {
      if (points.steps.length === 0 || points.steps.at(-1) <= step) return points;
      const keep = points.steps.findIndex(s => s > step);
      const out = { ...points, total: Math.round(points.total * keep / points.steps.length), nan: points.nan.filter(n => n.step <= step) };
      for (const column of ['steps', 'values', 'times', 'tokens', 'weights']) out[column] = points[column].slice(0, keep);
      return out;
    };
    this.base = cut(this.base);
    if (this.detail) this.detail.points = cut(this.detail.points);
    for (const s of [...this.tail.keys()]) if (s > step) { this.tail.delete(s); this.axis.delete(s); }
    this.change++;
  }

  /** The points to draw: detail where the zoom lies inside it, else the whole; the live tail after either. */
  points(zoomed) {
    const kept = zoomed && this.detail ? this.detail.points : this.base;
    if (this.tail.size === 0) return kept;
    const last = kept.steps.at(-1) ?? -1, from = zoomed && this.detail ? Math.max(last, this.base.steps.at(-1) ?? -1) : last;
    const same = new Map();
    for (const [step, value] of this.tail) if (step <= last) same.set(step, value);
    const news = [...this.tail.keys()].filter(s => s > from).sort((a, b) => a - b);
    const values = [...kept.values];
    if (same.size > 0) for (let i = values.length - 1; i >= 0 && same.size > 0; i--) if (same.has(kept.steps[i])) { values[i] = same.get(kept.steps[i]); same.delete(kept.steps[i]); }
    return {
      ...kept,
      steps: [...kept.steps, ...news],
      values: [...values, ...news.map(s => this.tail.get(s))],
      times: [...kept.times, ...news.map(s => this.axis.get(s)[0])],
      tokens: [...kept.tokens, ...news.map(s => this.axis.get(s)[1] ?? NaN)],
      weights: [...kept.weights, ...news.map(() => 1)],
      nan: [...kept.nan, ...news.filter(s => Number.isNaN(this.tail.get(s))).map(step => ({ step, count: 1 }))],
      total: kept.total + news.length,
    };
  }
}

/** Where the points lie on the horizontal axis, strictly growing. */
export function positions(points, axis, start) {
  const xs = new Array(points.steps.length);
  let before = -Infinity, tokens = 0;
  for (let i = 0; i < xs.length; i++) {
    let x = points.steps[i];
    if (axis === 'ril') x -= start;
    else if (axis === 'time') x = (points.times[i] - start) / 1000;
    else if (axis === 'tokens') x = tokens = Number.isNaN(points.tokens[i]) ? tokens : points.tokens[i];
    if (!(x > before)) x = before + Math.max(1e-9, Math.abs(before) * 1e-12);
    xs[i] = before = x;
  }
  return xs;
}

/**
 * Exponential moving average without the pull of its start. A reduced point stands for several values: its weight says how many.
 * Smallest and largest values of a bucket have none, so a lone spike does not count as if it were typical.
 */
export function smooth(values, weights, share) {
  const out = new Array(values.length);
  let mean = 0, seen = 0;
  for (let i = 0; i < values.length; i++) {
    const v = values[i], w = weights[i];
    if (v === null || Number.isNaN(v)) { out[i] = null; continue; }
    if (w > 0) {
      const keep = share ** w;
      mean = mean * keep + v * (1 - keep);
      seen = seen * keep + (1 - keep);
    }
    out[i] = seen > 0 ? mean / seen : v;
  }
  return out;
}
