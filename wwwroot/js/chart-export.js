// What a chart says without its picture: a table for screen readers and for whoever wants numbers, CSV and PNG.
import { axes, count, number } from './chart-format.js';
import { cssColor } from './chart-plot.js';
import { fetchAll } from './chart-fetch.js';
import { placeOf, positions } from './chart-data.js';

const element = (tag, text) => { const e = document.createElement(tag); if (text !== undefined) e.textContent = text; return e; };

// Of the range that is shown. Values that were reduced away are counted by the points that stand for them: at the ends of a range about.
function facts(chart, view) {
  return view.map((v, i) => {
    let low = -1, high = -1, first = -1, last = -1, stored = 0;
    v.points.values.forEach((value, k) => {
      if (!chart.shows(v.xs[k])) return;
      if (first < 0) first = k;
      last = k;
      stored += v.points.weights[k];
      if (Number.isNaN(value)) return;
      if (low < 0 || value < v.points.values[low]) low = k;
      if (high < 0 || value > v.points.values[high]) high = k;
    });
    const at = k => k < 0 ? '–' : `${number(v.points.values[k])} at step ${count(v.points.steps[k])}`;
    return { label: chart.lines[i].spec.label, count: stored, first: at(first), last: at(last), low: at(low), high: at(high), nan: v.points.nan.reduce((s, n) => s + (chart.shows(placeOf(v, n.step)) ? n.count : 0), 0) };
  });
}

/** One line a series: first, newest, smallest and largest value. */
export function summarize(chart, view) {
  const head = ['series', 'values', 'first', 'newest', 'smallest', 'largest', 'not a number'];
  const table = element('table');
  table.className = 'plain';
  table.append(element('caption', `${chart.options.title}${chart.options.name ? ` (${chart.options.name})` : ''}${chart.zoomed ? ', zoomed range' : ''}`));
  table.append(rows('thead', [head], 'th'));
  table.append(rows('tbody', facts(chart, view).map(f => [f.label, count(f.count), f.first, f.last, f.low, f.high, count(f.nan)]), 'td'));
  chart.table.replaceChildren(table);
}

/** The summary and up to 50 rows of values. */
export function showTable(chart, view) {
  summarize(chart, view);
  const axis = axes[chart.options.x];
  const inside = view.map(v => v.xs.map((x, k) => [x, k]).filter(([x]) => chart.shows(x)));
  const all = [...new Set(inside.flatMap(list => list.map(([x]) => x)))].sort((a, b) => a - b);
  const every = Math.max(1, Math.ceil(all.length / 50));
  const shown = all.filter((_, i) => i % every === 0 || i === all.length - 1);
  const at = view.map((v, i) => new Map(inside[i].map(([x, k]) => [x, v.points.values[k]])));
  const table = element('table');
  table.className = 'plain numbers';
  table.append(rows('thead', [[axis.word, ...chart.lines.map(l => l.spec.label)]], 'th'));
  table.append(rows('tbody', shown.map(x => [axis.show(x), ...at.map(m => number(m.has(x) ? m.get(x) : null))]), 'td'));
  chart.table.append(table);
}

function rows(part, lines, cell) {
  const body = element(part);
  for (const line of lines) {
    const row = element('tr');
    line.forEach((text, i) => { const c = element(i === 0 ? 'th' : cell, text); if (i === 0 && part === 'tbody') c.scope = 'row'; else if (cell === 'th') c.scope = 'col'; row.append(c); });
    body.append(row);
  }
  return body;
}

const fileName = (chart, ending) => `${(chart.options.name ?? chart.options.title).replaceAll(/[^\w.-]+/g, '_')}.${ending}`;

function save(blob, name) {
  const link = element('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** Every value of the range that is shown, as it was stored: not only those that are drawn. */
export async function saveCsv(chart, signal) {
  const quote = text => /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const lines = ['run,run_id,metric,step,time,tokens,value'];
  for (const line of chart.lines) {
    const { x } = chart.options, start = chart.start(line), range = chart.zoomed === null ? {} : line.stepsOf(chart.zoomed, x, start);
    if (range === null) continue;
    const points = await fetchAll(line.spec, range, signal), xs = positions(points, x, start);
    points.steps.forEach((step, i) => chart.shows(xs[i]) && lines.push([
      quote(line.spec.runName ?? line.spec.label), line.spec.run, quote(line.spec.metric), step,
      new Date(points.times[i]).toISOString(), Number.isNaN(points.tokens[i]) ? '' : points.tokens[i], Number.isNaN(points.values[i]) ? 'NaN' : points.values[i],
    ].join(',')));
  }
  save(new Blob([lines.join('\r\n') + '\r\n'], { type: 'text/csv' }), fileName(chart, 'csv'));
}

export function savePicture(chart) {
  const source = chart.plot.plot.ctx.canvas, ratio = devicePixelRatio, head = 30 * ratio, row = 20 * ratio;
  const picture = element('canvas'), style = getComputedStyle(document.body).fontFamily;
  picture.width = source.width;
  picture.height = source.height + head + row * chart.lines.length + 8 * ratio;
  const c = picture.getContext('2d');
  c.fillStyle = cssColor('var(--surface)');
  c.fillRect(0, 0, picture.width, picture.height);
  c.fillStyle = cssColor('var(--text)');
  c.font = `600 ${14 * ratio}px ${style}`;
  c.fillText(chart.options.title, 12 * ratio, 20 * ratio);
  c.drawImage(source, 0, head);
  c.font = `${12 * ratio}px ${style}`;
  chart.lines.forEach((line, i) => {
    const y = head + source.height + row * i + 12 * ratio;
    c.strokeStyle = cssColor(line.spec.color);
    c.lineWidth = 2 * ratio;
    c.setLineDash([[], [7, 4], [2, 3]][line.spec.dash ?? 0].map(d => d * ratio));
    c.beginPath(); c.moveTo(12 * ratio, y - 4 * ratio); c.lineTo(34 * ratio, y - 4 * ratio); c.stroke();
    c.fillStyle = cssColor('var(--text)');
    c.fillText(line.spec.label, 42 * ratio, y);
  });
  picture.toBlob(blob => save(blob, fileName(chart, 'png')));
}
