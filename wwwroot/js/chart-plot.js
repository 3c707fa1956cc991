// The drawing of a chart: uPlot's options, colours of the theme, axes, marks for values that are not a number.
import { placeOf } from './chart-data.js';
import { axes, number } from './chart-format.js';
import { loadScript, loadStyle } from './load.js';

let loading;
export const loadPlot = () => loading ??= (loadStyle('/lib/uplot/uPlot.min.css'), loadScript('/lib/uplot/uPlot.iife.min.js').catch(e => { loading = undefined; throw e; }));

const colors = new Map();
let probe;

/** The colour that a CSS expression such as var(--series-2) has in the theme of now. */
export function cssColor(css) {
  if (!colors.has(css)) {
    if (!probe) { probe = document.createElement('span'); probe.hidden = true; document.body.append(probe); }
    if (!probe.isConnected) document.body.append(probe);
    probe.style.color = css;
    colors.set(css, getComputedStyle(probe).color);
  }
  return colors.get(css);
}
export const forgetColors = () => colors.clear();
const faint = (css, alpha) => cssColor(css).replace(/^rgb\(([^)]+)\)$/, `rgba($1, ${alpha})`);

const dashes = [undefined, [7, 4], [2, 3]];
const font = () => `11px ${getComputedStyle(document.body).fontFamily}`;

/** Several lines with positions of their own on one axis: [xs, raw, smooth, raw, smooth, …]. */
function table(view) {
  const none = v => v.smooth ?? new Array(v.xs.length).fill(undefined);
  if (view.length === 1) return [view[0].xs, view[0].raw, none(view[0])];
  return uPlot.join(view.map(v => [v.xs, v.raw, none(v)]));
}

export function createPlot(chart, view) {
  const { options: o, plotArea: area } = chart, axis = axes[o.x] ?? axes.step;
  const height = () => area.clientHeight || o.height || 200;
  const series = [{}];
  for (const line of chart.lines) {
    const { color, dash } = line.spec;
    const common = { dash: dashes[dash ?? 0], width: 1.5, pxAlign: 0, points: { show: (u, i) => few(u, i), size: 4, width: 1.5 }, spanGaps: false };
    series.push({ ...common, stroke: () => chart.smoothing > 0 ? faint(color, 0.28) : cssColor(color), width: 1.25 });
    series.push({ ...common, stroke: () => cssColor(color), width: 2, points: { show: false } });
  }
  const options = {
    width: area.clientWidth || 300, height: height(), legend: { show: false }, series, pxAlign: 0, padding: [8, 10, 0, 0],
    focus: { alpha: 1 },
    scales: {
      x: { time: false, range: (u, low, high) => chart.zoomed ?? (low === high ? [low - 0.5, high + 0.5] : [low, high]) },
      y: o.log ? { distr: 3 } : { range: (u, low, high) => verticalRange(low, high, o.percent) },
    },
    axes: [
      { stroke: () => cssColor('var(--text-2)'), font: font(), size: 26, gap: 4, space: 64, ...(axis.increments ? { incrs: axis.increments } : {}), grid: line('x'), ticks: { show: false }, border: { show: true, stroke: () => cssColor('var(--line)'), width: 1 }, values: (u, splits) => splits.map(v => v === null ? null : axis.whole && v % 1 !== 0 ? '' : axis.tick(v)) },
      { stroke: () => cssColor('var(--text-2)'), font: font(), size: (u, values) => 14 + 6.3 * Math.max(2, ...(values ?? []).map(v => String(v ?? '').length)), gap: 6, space: 32, grid: line('y'), ticks: { show: false }, values: (u, splits) => splits.map(v => v === null || (o.log && !wholePower(v)) ? null : o.percent ? number(100 * v) + '%' : number(v)) },
    ],
    cursor: {
      y: false, points: { size: 7, width: 1.5, fill: () => cssColor('var(--surface)'), stroke: (u, i) => u.series[i]._stroke ?? cssColor(chart.lines[(i - 1) >> 1].spec.color) },
      drag: { x: true, y: false, setScale: false, dist: 5 },
      sync: { key: `charts-${o.group}-${o.x}`, scales: ['x', null], filters: { pub: type => type === 'mousemove' || type === 'mouseleave', sub: type => type === 'mousemove' || type === 'mouseleave' } },
    },
    hooks: {
      setSelect: [u => {
        if (u.select.width < 5) return;
        const from = u.posToVal(u.select.left, 'x'), to = u.posToVal(u.select.left + u.select.width, 'x');
        u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        chart.zoom([from, to]);
      }],
      setCursor: [u => chart.values(u.cursor.left >= 0 && u.cursor.left !== null ? u.posToVal(u.cursor.left, 'x') : null)],
      draw: [u => marks(u, chart)],
    },
  };
  const plot = new uPlot(options, table(view), area);
  plot.over.addEventListener('dblclick', e => e.preventDefault());
  const hide = off => chart.lines.forEach((_, i) => { plot.setSeries(2 * i + 1, { show: !off.has(i) }); plot.setSeries(2 * i + 2, { show: !off.has(i) }); });
  if (chart.off.size > 0) hide(chart.off);
  return {
    plot,
    show(next) { plot.setData(table(next), true); },
    toggle: hide,
    resize() { const width = area.clientWidth, tall = height(); if (width !== plot.width || tall !== plot.height) plot.setSize({ width, height: tall }); },
    destroy() { plot.destroy(); },
  };
}

const line = () => ({ stroke: () => cssColor('var(--line-2)'), width: 1 });
const wholePower = v => Math.abs(Math.log10(v) % 1) < 1e-9;

function few(u, i) {
  const [from, to] = u.series[0].idxs ?? [0, u.data[0].length - 1];
  let shown = 0;
  for (let k = from; k <= to && shown <= 40; k++) if (u.data[i][k] !== null && u.data[i][k] !== undefined) shown++;
  return shown <= 40 && u.bbox.width / shown > 12 * devicePixelRatio;
}

function verticalRange(low, high, share) {
  if (low === null || high === null) return [0, 1];
  if (share && low === high && low >= 0 && low <= 1) return [0, 1];
  if (low === high) { const room = Math.abs(low) * 0.1 || 1; return [low - room, high + room]; }
  const room = (high - low) * 0.06;
  // A value that cannot be negative does not get an axis that is.
  return [low >= 0 && low - room < 0 ? 0 : low - room, high + room];
}

// A cross at the foot of the chart where a value was not a number.
function marks(u, chart) {
  const { ctx, bbox } = u, ratio = devicePixelRatio, size = 3 * ratio;
  chart.view().forEach((v, i) => {
    if (v.points.nan.length === 0 || chart.off.has(i)) return;
    ctx.save();
    ctx.strokeStyle = cssColor(chart.lines[i].spec.color);
    ctx.lineWidth = 1.5 * ratio;
    ctx.beginPath();
    for (const { step } of v.points.nan) {
      const x = u.valToPos(placeOf(v, step), 'x', true), y = bbox.top + bbox.height - size - 2 * ratio;
      if (!(x >= bbox.left && x <= bbox.left + bbox.width)) continue;
      ctx.moveTo(x - size, y - size); ctx.lineTo(x + size, y + size);
      ctx.moveTo(x - size, y + size); ctx.lineTo(x + size, y - size);
    }
    ctx.stroke();
    ctx.restore();
  });
}
