// From what was measured to one figure a lane and rate.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const OVER_BLANK = ["task", "script", "heap", "returnScript"];
const SPREAD = ["inPage", "visible", "still", "known", "cookie", "gated", ...OVER_BLANK];

/** Of each figure the median and its spread, those of processor time and memory less the blank page's median. */
function spread(runs, blank) {
  const found = {};
  for (const name of SPREAD) {
    const values = runs.map((run) => run[name]).filter(Number.isFinite);
    if (!values.length) continue;
    const less = OVER_BLANK.includes(name) && blank ? median(blank.map((run) => run[name])) : 0;
    found[name] = { median: median(values) - less, least: Math.min(...values) - less, most: Math.max(...values) - less };
  }
  return found;
}

/** Of a lane, from its runs by rate and those of the blank page. */
export function figures(lane, runs, blank) {
  const rates = Object.fromEntries(
    Object.entries(runs).map(([rate, own]) => [
      rate,
      {
        loads: own.length,
        shift: Math.max(...own.map(({ shift }) => shift)),
        longLoads: own.filter(({ long }) => long).length,
        longest: Math.max(...own.map(({ longest }) => longest)),
        inOwnTask: own.every(({ inOwnTask }) => inOwnTask),
        knownAtOnce: own.every(({ knownAtOnce }) => knownAtOnce),
        wasm: Math.max(...own.map(({ wasm }) => wasm)),
        ...spread(own, lane.name === "blank" ? undefined : blank[rate]),
      },
    ]),
  );
  const [{ sent }] = runs[1];
  const sum = (list) => list.reduce((all, { bytes }) => all + bytes, 0);
  return {
    name: lane.name,
    label: [lane.label, lane.version].filter(Boolean).join(" "),
    peer: !!lane.peer,
    // The site's own script has the configuration in it, which is no part of a package.
    bytes: sum(sent.filter(({ path }) => !path.endsWith("/start.js"))),
    transferred: sum(sent),
    requests: sent.filter(({ path }) => path !== "/").length,
    sent,
    rates,
  };
}
