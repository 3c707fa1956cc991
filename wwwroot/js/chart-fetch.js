// History of a metric as GET /api/v1/runs/{id}/metrics/series gives it: little-endian 64-bit floats.
//   6 numbers: version (1), values in the range, whether they were reduced (0 or 1), 0, n points, m marks
//   5 columns of n: step, value (NaN = not a number), time in ms since 1970, tokens (NaN = unknown), values it stands for
//   2 columns of m: step of a value (or of the first one of a piece) that is not a number, how many there are
// The header Last-Event-ID says up to which event of the run it has everything.
const kept = new Map();   // address -> { time, points }: charts that are drawn anew at once, or share a line, ask once
const keepFor = 4000;

export function seriesAddress(run, metric, from, to, buckets) {
  const query = new URLSearchParams({ name: metric });
  if (from !== null) query.set('from', from);
  if (to !== null) query.set('to', to);
  if (buckets !== null) query.set('buckets', buckets);
  return `/api/v1/runs/${encodeURIComponent(run)}/metrics/series?${query}`;
}

export async function fetchPoints(run, metric, from, to, buckets, signal, fresh) {
  const address = seriesAddress(run, metric, from, to, buckets), known = kept.get(address);
  if (!fresh && known && performance.now() - known.time < keepFor) return known.points;
  const points = read(address);
  kept.set(address, { time: performance.now(), points });
  points.catch(() => kept.delete(address));
  setTimeout(() => { if (kept.get(address)?.points === points) kept.delete(address); }, keepFor);
  const result = await points;
  signal?.throwIfAborted();
  return result;
}

export function forgetPoints(run, metric) {
  const start = seriesAddress(run, metric, null, null, null);
  for (const address of [...kept.keys()]) if (address === start || address.startsWith(start + '&')) kept.delete(address);
}

async function read(address) {
  const answer = await fetch(address, { headers: { accept: 'application/octet-stream' } });
  if (answer.status === 404) return { ...decode(new Float64Array([1, 0, 0, 0, 0, 0])), lastEvent: 0 };
  if (!answer.ok) throw new Error(answer.status === 401 ? 'you are signed out.' : (await answer.json().catch(() => null))?.detail ?? `status ${answer.status}.`);
  return { ...decode(new Float64Array(await answer.arrayBuffer())), lastEvent: Number(answer.headers.get('last-event-id') ?? 0) };
}

export function decode(data) {
  const [, total, reduced, , n, m] = data;
  let at = 6;
  const column = length => { const part = Array.from(data.subarray(at, at + length)); at += length; return part; };
  const steps = column(n), values = column(n), times = column(n), tokens = column(n), weights = column(n);
  const marks = column(m), counts = column(m);
  return { total, reduced: reduced === 1, steps, values, times, tokens, weights, nan: marks.map((step, i) => ({ step, count: counts[i] })) };
}
