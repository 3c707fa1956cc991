// One line of a chart: history as the server reduced it, detail of the zoomed range, and the values that came live since.
import { columns, fetchPoints } from './chart-fetch.js';

const empty = { steps: [], values: [], times: [], tokens: [], weights: [], smoothed: [], smoothing: 0, nan: [], total: 0, reduced: false, lastEvent: 0 };

export class Line {
  constructor(spec) {
    this.spec = spec;
    this.base = empty;        // from the first step to the last one that was stored
    this.detail = null;       // a part of it in more pieces
    this.tail = new Map();    // step -> value, came after the base
    this.axis = new Map();    // step -> [time, tokens] of the tail
    this.rewinds = [];        // { event, step }: an answer that does not know this event yet holds void values after the step
    this.loaded = false;
    this.liveAfter = null;    // live values come for every event after this one; null until that is known, and once history reaches it
    this.change = 0;
  }

  get lastStep() {
    let last = this.base.steps.at(-1) ?? -1;
    for (const step of this.tail.keys()) if (step > last) last = step;
    return last;
  }

  /** Reads history; of several readings the one that was asked for last counts. */
  async load(range, signal, fresh) {
    const asked = this.asked = {};
    let points = await this.read(range, signal, fresh);
    // An answer that was kept may know less than what is here, whose live values are gone from the tail.
    if (!fresh && points.lastEvent < this.base.lastEvent) points = await this.read(range, signal, true);
    if (this.asked !== asked) return;
    this.base = points;
    const last = points.steps.at(-1) ?? -1;
    for (const step of [...this.tail.keys()]) if (step <= last) { this.tail.delete(step); this.axis.delete(step); }
    if (this.liveAfter !== null && points.lastEvent >= this.liveAfter) this.liveAfter = null;
    this.loaded = true;
    this.change++;
  }

  /** Reads a part of history, without what is void by now: an answer may have been on its way when the run went back. */
  async read(range, signal, fresh) {
    const points = await fetchPoints(this.spec, range, signal, fresh);
    return this.rewinds.filter(r => r.event > points.lastEvent).reduce((rest, r) => cut(rest, r.step), points);
  }

  show(detail) {
    if (this.detail === detail) return;
    this.detail = detail;
    this.change++;
  }

  /** Takes what a live message says; true where something changed. */
  take(message) {
    const back = this.rewind(message), news = message.metrics[this.spec.metric];
    if (!news) return back;
    const known = new Map(message.steps.steps.map((step, i) => [step, [message.steps.times[i], message.steps.tokens[i] ?? NaN]]));
    news.steps.forEach((step, i) => {
      this.tail.set(step, news.values[i] ?? NaN);
      this.axis.set(step, known.get(step) ?? this.axis.get(step) ?? [Date.now(), NaN]);
    });
    this.change++;
    return true;
  }

  /** Where the run went back, takes away what is void; true where something was. */
  rewind(message) {
    const step = message.rewound_to ?? null;
    if (step === null) return false;
    // After a gap that is too large history is read again anyway, and the run's numbers may have begun anew.
    this.rewinds = [...message.gap_too_large ? [] : this.rewinds, { event: message.last_event, step }];
    // History that was read after the run went back holds what came since.
    if (step >= this.lastStep || !message.gap_too_large && this.base.lastEvent >= message.last_event) return false;
    this.base = cut(this.base, step);
    if (this.detail) this.detail = cut(this.detail, step);
    for (const s of [...this.tail.keys()]) if (s > step) { this.tail.delete(s); this.axis.delete(s); }
    this.change++;
    return true;
  }

  /** The points to draw: history, of which detail takes the place where there is some, and the live tail after it. */
  points(zoomed) {
    const kept = zoomed && this.detail ? splice(this.base, this.detail) : this.base;
    if (this.tail.size === 0) return kept;
    const last = kept.steps.at(-1) ?? -1;
    const same = new Map();
    for (const [step, value] of this.tail) if (step <= last) same.set(step, value);
    const news = [...this.tail.keys()].filter(s => s > last).sort((a, b) => a - b);
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

  /** The steps among which everything lies that a range of the axis shows, and a little more; null where that is nothing. */
  stepsOf([low, high], axis, start) {
    const points = this.points(false), xs = positions(points, axis, start);
    const first = Math.max(0, lower(xs, low) - 1), last = Math.min(xs.length - 1, lower(xs, high) + 1);
    if (first > last) return null;
    const spare = Math.ceil((points.steps[last] - points.steps[first]) * 0.01) + 1;
    return { from: Math.max(0, Math.floor(points.steps[first]) - spare), to: Math.ceil(points.steps[last]) + spare };
  }
}

function part(points, from, to) {
  const out = { ...points };
  for (const column of columns) out[column] = points[column].slice(from, to);
  out.total = Math.round(out.weights.reduce((sum, w) => sum + w, 0));
  return out;
}

function cut(points, step) {
  const keep = points.steps.findIndex(s => s > step);
  return keep < 0 ? points : { ...part(points, 0, keep), nan: points.nan.filter(n => n.step <= step) };
}

function splice(base, detail) {
  if (detail.steps.length === 0) return base;
  const first = detail.steps[0], last = detail.steps.at(-1);
  const before = part(base, 0, lower(base.steps, first)), after = part(base, lower(base.steps, last + 1));
  const out = { ...detail, reduced: base.reduced || detail.reduced, total: before.total + detail.total + after.total, nan: [...base.nan.filter(n => n.step < first), ...detail.nan, ...base.nan.filter(n => n.step > last)] };
  for (const column of columns) out[column] = [...before[column], ...detail[column], ...after[column]];
  // One that has an average and one that has none yet make no line.
  if (base.smoothing !== detail.smoothing) [out.smoothed, out.smoothing] = [[], 0];
  return out;
}

/** The first place in a growing list that is not below x. */
export function lower(xs, x) {
  let low = 0, high = xs.length;
  while (low < high) { const mid = (low + high) >> 1; if (xs[mid] < x) low = mid + 1; else high = mid; }
  return low;
}

/** Where a step lies on the axis, in a view of points with their positions. */
export const placeOf = ({ points, xs }, step) => xs[Math.min(xs.length - 1, lower(points.steps, step))];

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
 * Exponential moving average without the pull of its start, as MovingAverage.cs on the server makes it. Points that stand for others cannot be averaged here: of those the server has told
 * the average of all values, and it goes on from there; null where there is none yet.
 */
export function smooth(points, share) {
  const { values, smoothed } = points, out = new Array(values.length).fill(null);
  let sum = 0, weight = 0, i = 0;
  if (points.reduced) {
    for (; i < smoothed.length; i++) {
      if (Number.isNaN(smoothed[i])) continue;
      out[i] = smoothed[i];
      weight = 1 / (1 - share);
      sum = out[i] * weight;
    }
    if (i === 0) return out;
  }
  for (; i < values.length; i++) {
    if (!Number.isFinite(values[i])) continue;
    sum = sum * share + values[i];
    weight = weight * share + 1;
    out[i] = sum / weight;
  }
  return out;
}
