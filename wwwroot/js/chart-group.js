// Charts of a group share zoom and smoothing.
const groups = new Map();
const same = (a, b) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

export function groupOf(name) {
  if (!groups.has(name)) groups.set(name, new Group());
  return groups.get(name);
}

export function everyChart(act) {
  for (const group of groups.values()) for (const chart of group.charts) act(chart);
}

class Group {
  charts = new Set();
  zoom = null;
  smoothing = 0;
  told = [];      // zooms that the page was told of and has not answered with yet, the newest last

  /** Somebody zoomed (null = the whole). */
  choose(range) {
    this.told.push(range);
    this.#show(range);
  }

  /** The page says what is zoomed. Where that is what it was told some time ago, people may be further by now: it does not take them back. */
  accept(range, anew) {
    const at = anew ? -1 : this.told.findLastIndex(told => same(told, range));
    this.told = at < 0 ? [] : this.told.slice(at);
    if (at < 0 || this.told.length === 1) this.#show(range);
  }

  smoothe(share) {
    if (this.smoothing === share) return;
    this.smoothing = share;
    for (const chart of this.charts) chart.smoothingChanged();
  }

  #show(range) {
    if (same(this.zoom, range)) return;
    this.zoom = range ?? null;
    for (const chart of this.charts) chart.zoomChanged();
  }
}

// The slider acts while it is dragged; the page hears of it when it is let go.
document.addEventListener('input', e => {
  const name = e.target.dataset?.chartSmoothing;
  if (name === undefined) return;
  const share = Number(e.target.value), said = e.target.parentElement?.querySelector('output');
  if (said) said.textContent = share === 0 ? 'off' : share.toFixed(2);
  groupOf(name).smoothe(share);
});
