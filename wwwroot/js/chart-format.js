// Numbers as the rest of the site writes them (Say.cs).
const thin = '\u202f';

export const grouped = text => text.replace(/\B(?=(\d{3})+(?!\d))/g, thin);
export const count = n => grouped(String(Math.round(n)));

export function number(v) {
  if (v === null || v === undefined) return '–';
  if (!Number.isFinite(v)) return Number.isNaN(v) ? 'NaN' : v > 0 ? '∞' : '−∞';
  if (v === 0) return '0';
  const size = Math.abs(v);
  let text;
  if (size < 1e-4 || size >= 1e15) text = v.toExponential(3).replace(/\.?0+e/, 'e');
  else {
    const [whole, part] = v.toFixed(Math.min(8, Math.max(0, 3 - Math.floor(Math.log10(size))))).split('.');
    const rest = part?.replace(/0+$/, '');
    text = grouped(whole) + (rest ? '.' + rest : '');
  }
  return text.replaceAll('-', '−');
}

export function duration(seconds) {
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return s % 60 && s < 600 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${Math.round(s / 60)} min`;
  if (s < 86400) return Math.round(s % 3600 / 60) ? `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min` : `${Math.floor(s / 3600)} h`;
  return `${Math.floor(s / 86400)} d ${Math.floor(s % 86400 / 3600)} h`;
}

const step = { word: 'step', whole: true, show: count, tick: v => v >= 1e6 ? number(v / 1e6) + 'M' : v >= 1e4 ? number(v / 1e3) + 'k' : count(v) };

export const axes = {
  step,
  ril: { ...step, word: 'step of RIL' },
  time: { word: 'time', show: duration, tick: duration, increments: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, ...[1, 2, 5, 10, 20, 50, 100].map(d => d * 86400)] },
  tokens: { word: 'tokens', show: count, tick: v => v >= 1e9 ? number(v / 1e9) + 'G' : v >= 1e6 ? number(v / 1e6) + 'M' : v >= 1e3 ? number(v / 1e3) + 'k' : count(v) },
};
