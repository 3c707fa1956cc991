// History of a metric as GET /api/v1/runs/{id}/metrics/series gives it: little-endian 64-bit floats.
//   6 numbers: version (1; 2 with a moving average), values in the range, whether they were reduced (0 or 1), steps a piece covers, n points, m marks
//   5 columns of n: step, value (NaN = not a number), time in ms since 1970, tokens (NaN = unknown), values it stands for
//   with a moving average a column of n more: the average up to this value (NaN where the value is not a number)
//   2 columns of m: step of a value (or of the first one of a piece) that is not a number, how many there are
// The header Last-Event-ID says up to which event of the run it has everything.
const kept = new Map();   // address -> { time, points }: charts that are drawn anew at once, or share a line, ask once
const keepFor = 4000;
const mostBuckets = 20000;

export const columns = ['steps', 'values', 'times', 'tokens', 'weights', 'smoothed'];

const addressOf = (spec, range) => {
  const query = new URLSearchParams({ name: spec.metric });
  if (range.from !== undefined) query.set('from', range.from);
  if (range.to !== undefined) query.set('to', range.to);
  if (range.buckets) query.set('buckets', range.buckets);
  if (range.smoothing > 0) query.set('smooth', range.smoothing);
  return `/api/v1/runs/${encodeURIComponent(spec.run)}/metrics/series?${query}`;
};

/** The values of a line (its run and metric) from a step to a step, in so many pieces, with a moving average where smoothing is above 0. */
export async function fetchPoints(spec, range, signal, fresh) {
  const address = addressOf(spec, range), known = kept.get(address);
  let points = known?.points;
  if (fresh || !known || performance.now() - known.time >= keepFor) {
    points = read(address, range.smoothing ?? 0);
    kept.set(address, { time: performance.now(), points });
    const forget = () => { if (kept.get(address)?.points === points) kept.delete(address); };
    points.catch(forget);
    setTimeout(forget, keepFor);
  }
  const result = await points;
  signal?.throwIfAborted();
  return result;
}

/** Every value from a step to a step, however many: what the server would reduce is asked for in halves. */
export async function fetchAll(spec, range, signal) {
  const points = await read(addressOf(spec, { ...range, buckets: mostBuckets }), 0, signal);
  if (!points.reduced) return points;
  const middle = Math.floor((points.steps[0] + points.steps.at(-1)) / 2);
  const first = await fetchAll(spec, { ...range, to: middle }, signal), second = await fetchAll(spec, { ...range, from: middle + 1 }, signal);
  const both = { ...second, total: first.total + second.total, nan: [...first.nan, ...second.nan], lastEvent: first.lastEvent };
  for (const column of columns) both[column] = first[column].concat(second[column]);
  return both;
}

/** What is kept of a run is no longer so. */
export function forgetPoints(run) {
  const start = `/api/v1/runs/${encodeURIComponent(run)}/`;
  for (const address of [...kept.keys()]) if (address.startsWith(start)) kept.delete(address);
}

async function read(address, smoothing, signal) {
  const answer = await fetch(address, { headers: { accept: 'application/octet-stream' }, signal })
    .catch(e => { throw e instanceof TypeError ? new Error('the site cannot be reached.') : e; });
  if (answer.status === 404) return { ...decode(new Float64Array([1, 0, 0, 1, 0, 0])), lastEvent: 0 };
  if (!answer.ok) throw new Error(answer.status === 401 ? 'you are signed out.' : (await answer.json().catch(() => null))?.detail ?? `status ${answer.status}.`);
  return { ...decode(new Float64Array(await answer.arrayBuffer()), smoothing), lastEvent: Number(answer.headers.get('last-event-id') ?? 0) };
}

/** The points of an answer; smoothing is what was asked for. */
export function decode(data, smoothing = 0) {
  const [version, total, reduced, , n, m] = data;
  if (version !== 1 && version !== 2) throw new Error('this page is of another version than the site; load it anew.');
  let at = 6;
  const column = length => { const part = Array.from(data.subarray(at, at + length)); at += length; return part; };
  const steps = column(n), values = column(n), times = column(n), tokens = column(n), weights = column(n), smoothed = version === 2 ? column(n) : [];
  const marks = column(m), counts = column(m);
  return { total, reduced: reduced === 1, steps, values, times, tokens, weights, smoothed, smoothing: version === 2 ? smoothing : 0, nan: marks.map((step, i) => ({ step, count: counts[i] })) };
}
