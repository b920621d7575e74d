// What is printed, and what goes into the README.
import { cpus } from "node:os";
import { state } from "./wanted.mjs";

const digits = (value) => (Math.abs(value) < 10 ? 1 : 0);
const only = (figure) => (figure ? figure.median.toFixed(digits(figure.median)) : "—");
const spread = (figure) => {
  if (!figure) return "—";
  const at = digits(figure.median);
  return `${figure.median.toFixed(at)} (${figure.least.toFixed(at)}–${figure.most.toFixed(at)})`;
};
const kB = (bytes) => (bytes / 1000).toFixed(1);
const yes = (value) => (value ? "yes" : "no");

/** A row of the table: its title, and the cell of a lane. */
const each = (title, cell) => [1, 4].map((rate) => [`${title}, ${rate}x`, (lane) => cell(lane.rates[rate])]);
const rows = [
  ["files of the package, kB brotli", ({ bytes }) => kB(bytes)],
  ["with the site's own script, kB in requests", ({ transferred, requests }) => `${kB(transferred)} in ${requests}`],
  ...each("banner in the page, ms", ({ inPage }) => only(inPage)),
  ...each("banner has a box in sight, ms", ({ visible }) => only(visible)),
  ...each("banner opaque and still, ms", ({ still }) => spread(still)),
  ["CLS", ({ rates }) => Math.max(rates[1].shift, rates[4].shift).toFixed(4)],
  ...each("loads with a long task", ({ loads, longLoads }) => `${longLoads} of ${loads}`),
  ["main thread, ms, 1x", ({ rates }) => spread(rates[1].task)],
  ...each("script, ms", ({ script }) => spread(script)),
  ["heap, KiB", ({ rates }) => only(rates[1].heap)],
  ...each("click to cookie, ms", ({ cookie }) => spread(cookie)),
  ["cookie there when the click's handlers end", ({ rates }) => yes(rates[1].inOwnTask && rates[4].inOwnTask)],
  ...each("click to gated script, ms", ({ gated }) => spread(gated)),
  ...each("returning: choice known, ms", ({ known }) => spread(known)),
  ["returning: known at once", ({ rates }) => yes(rates[1].knownAtOnce && rates[4].knownAtOnce)],
  ...each("returning: script, ms", ({ returnScript }) => spread(returnScript)),
];

/** The table and the list of what is wanted, as Markdown. */
export function report(lanes, list, { rounds, browser, date }) {
  const shown = lanes.filter(({ name }) => name !== "blank");
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const table = [
    line(["", ...shown.map(({ label }) => label)]),
    line(["---", ...shown.map(() => "---:")]),
    ...rows.map(([title, cell]) => line([title, ...shown.map(cell)])),
  ];
  const machine = `${cpus().length} × ${cpus()[0].model.trim()}`;
  return `${date}, Chromium ${browser}, ${machine}, rounds: ${rounds}; median (least–most).

${table.join("\n")}

| wanted | found | |
| --- | --- | --- |
${list.map((entry) => line([entry.what, entry.found, state(entry)])).join("\n")}
`;
}

const BEGIN = "<!-- cargo xtask bench browser --write: from here -->";
const END = "<!-- to here -->";

/** The README's text with the report between its two marks. */
export function put(readme, report) {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the README has no ${BEGIN} … ${END}`);
  return `${readme.slice(0, begin + BEGIN.length)}\n\n${report}\n${readme.slice(end)}`;
}
