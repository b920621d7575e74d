// Called by `cargo xtask bench browser`, which builds what is measured and says where it is: CHROMIUM, SITE.
import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { figures } from "./figures.mjs";
import { load } from "./lanes.mjs";
import { visitor } from "./measure.mjs";
import { serve } from "./server.mjs";
import { put, report } from "./table.mjs";
import { state, wanted } from "./wanted.mjs";

const USAGE = `usage: cargo xtask bench browser [--rounds N] [--only TEXT] [--json FILE] [--check] [--write]

  --rounds N    rounds that count, 7 unless said; one before them does not
  --only TEXT   only the lanes with TEXT in their names, and the blank page
  --json FILE   every single figure
  --check       fails where something that is wanted is missed
  --write       puts the report into README.md`;

const { values: args } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    only: { type: "string" },
    json: { type: "string" },
    check: { type: "boolean" },
    write: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  },
});
if (args.help) {
  console.log(USAGE);
  process.exit();
}
const rounds = Number(args.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds takes a whole number above 0, not ${args.rounds}`);
if (args.write && args.only) throw new Error("--write takes all lanes, so not --only");

const RATES = [1, 4];
const lanes = await load(args.only);
if (lanes.length < 2) throw new Error(`no lane is called ${args.only}`);
const server = await serve(lanes, process.env.SITE);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // Some banners hide from automated browsers.
    "--disable-blink-features=AutomationControlled",
  ],
});

/** By name and rate, the figures of every round. */
const runs = new Map(lanes.map(({ name }) => [name, Object.fromEntries(RATES.map((rate) => [rate, []]))]));
try {
  for (let round = 0; round <= rounds; round++) {
    // Each lane is once at each place, so that none always follows the same one; every second round goes backwards.
    const order = lanes.map((_, at) => lanes[(at + round) % lanes.length]);
    if (round % 2) order.reverse();
    for (const rate of RATES)
      for (const lane of order) {
        process.stderr.write(`\r${round ? `round ${round} of ${rounds}` : "warming up"}, ${rate}x: ${lane.name}        `);
        const found = await visitor(browser, server, lane, rate);
        if (round) runs.get(lane.name)[rate].push(found);
      }
  }
} finally {
  process.stderr.write("\n");
  server.stop();
  await browser.close();
}

const found = lanes.map((lane) => figures(lane, runs.get(lane.name), runs.get("blank")));
const list = wanted(found);
const date = new Date().toISOString().slice(0, 10);
const text = report(found, list, { rounds, browser: browser.version(), date });
console.log(text);
if (args.json) await writeFile(args.json, JSON.stringify({ date, lanes: found, wanted: list, runs: [...runs] }, null, 1));
if (args.write) {
  const readme = new URL("../../README.md", import.meta.url);
  await writeFile(readme, put(await readFile(readme, "utf8"), text));
}
const missed = list.filter(({ holds }) => holds === false);
if (args.check && missed.length) {
  console.error(`missed:\n${missed.map((entry) => `  ${entry.what}: ${entry.found} (${state(entry)})`).join("\n")}`);
  process.exitCode = 1;
}
