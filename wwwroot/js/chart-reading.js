// How a chart comes by its history: at first, again where news were missed or void, and in detail where it is zoomed. One reading at a time, however often it is asked for.
import { loadPlot } from './chart-plot.js';

const rest = 1000, retry = 5000;

export class Reading {
  #chart; #signal; #wanted = null; #busy = false; #wake = () => {}; #asked = null;

  constructor(chart, signal) {
    this.#chart = chart;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake());
  }

  /** Reads history and then detail; anew = what was read before does not do. After one that was made anew there is a second's rest: news may ask for it many times. */
  async history(anew) {
    this.#wanted = { anew: anew || this.#wanted?.anew === true };
    if (!anew) this.#wake();
    if (this.#busy) return;
    this.#busy = true;
    while (this.#wanted && !this.#signal.aborted) {
      const wanted = this.#wanted;
      this.#wanted = null;
      const read = await this.#read(wanted.anew);
      if (!read) this.#wanted ??= { anew: true };
      if (!this.#signal.aborted && (!read || wanted.anew)) await this.#pause(read ? rest : retry);
    }
    this.#busy = false;
  }

  /** Live values come for every event after this one: history has to reach it. */
  async join(line, event) {
    if (line.loaded && line.base.lastEvent >= event) return;
    line.liveAfter = event;
    if (line.loaded) await this.history(true);
  }

  /** Reads what lies in the zoomed range with as many pieces as there are pixels. */
  async detail() {
    const chart = this.#chart, zoom = chart.zoomed, asked = this.#asked = {};
    if (zoom === null) { for (const line of chart.lines) line.show(null); return; }
    try {
      await Promise.all(chart.lines.map(async line => {
        const range = line.base.reduced ? line.stepsOf(zoom, chart.options.x, chart.start(line)) : null;
        const points = range && await line.read({ ...range, buckets: chart.buckets, smoothing: chart.smoothing }, this.#signal);
        if (this.#asked === asked) line.show(points);
      }));
      if (this.#asked === asked) chart.arrived();
    } catch (e) {
      if (!this.#signal.aborted && this.#asked === asked) chart.say(`The zoomed values could not be read in full: ${e.message}`, 'Try again', () => this.detail());
    }
  }

  async #read(anew) {
    const chart = this.#chart, range = { buckets: chart.buckets, smoothing: chart.smoothing };
    try {
      await loadPlot();
      await Promise.all(chart.lines.map(line => line.load(range, this.#signal, anew)));
      this.#signal.throwIfAborted();
    } catch (e) {
      if (!this.#signal.aborted) chart.say(`The values could not be read: ${e.message}`, 'Try again', () => this.#wake());
      return false;
    }
    chart.arrived();
    await this.detail();
    if (!this.#signal.aborted && chart.lines.some(line => line.liveAfter !== null)) this.#wanted = { anew: true };
    return true;
  }

  #pause(time) {
    return new Promise(done => {
      const timer = setTimeout(done, time);
      this.#wake = () => { clearTimeout(timer); done(); };
    }).then(() => { this.#wake = () => {}; });
  }
}
