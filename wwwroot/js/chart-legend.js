// The legend of a chart: what each line is called, its value at the cursor or its newest one, and a press that hides it.
import { axes, number } from './chart-format.js';
import { lower } from './chart-data.js';

export class Legend {
  constructor(chart) {
    this.chart = chart;
    this.place = document.createElement('span');
    this.place.className = 'chart-at';
    this.items = chart.lines.map((line, i) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'chart-item';
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
      button.addEventListener('click', e => chart.toggle(i, e.shiftKey));
      return { button, value };
    });
    chart.legendArea.replaceChildren(this.place, ...this.items.map(item => item.button));
    this.press();
  }

  /** Which lines are shown. */
  press() {
    this.items.forEach((item, i) => item.button.setAttribute('aria-pressed', String(!this.chart.off.has(i))));
  }

  /** Values at a place of the axis, the newest ones where there is none. */
  values(view, at) {
    const { x, percent } = this.chart.options, { word, show } = axes[x];
    const say = value => percent && Number.isFinite(value) ? `${(100 * value).toFixed(1)}\u202f%`.replace('-', '−') : number(value);
    this.place.textContent = at === null ? 'latest' : `${word} ${show(at)}`;
    view.forEach((v, i) => {
      const k = at === null ? v.xs.length - 1 : nearest(v.xs, at), raw = v.points.values[k], even = v.smooth?.[k] ?? null;
      this.items[i].value.textContent = raw === undefined ? '–' : even !== null ? `${say(even)} (${say(raw)})` : say(raw);
    });
  }
}

function nearest(xs, x) {
  const after = lower(xs, x);
  return after === xs.length || (after > 0 && x - xs[after - 1] < xs[after] - x) ? after - 1 : after;
}
