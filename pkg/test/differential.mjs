// Reads cases with the answers of the native build and compares them with those of a build for browsers.
//   node differential.mjs --cases N --engine wasm|js < cases
// One case a line: {"policy"?: compiled policy, left out when it is the one before,
//                   "call": "decide" | "act" | "max_age" | "clear", "args": […], "want": string | number | null}
// null among the arguments stands for an unknown region. A policy that is refused answers every call with its fault. What a
// policy says of a first visit is compared beside the cases.
import { createInterface } from "node:readline";
import { builds, outcome } from "./engine.mjs";

const flag = (name) => process.argv[process.argv.indexOf(name) + 1];
const expected = Number(flag("--cases"));
const build = flag("--engine");
const Engine = builds[build];
const shown = 5;
const calls = {};
let engine;
let fault;
let cases = 0;
let differences = 0;
let firsts = 0;

function differs(line, want, got) {
  differences += 1;
  if (differences > shown) return;
  console.log(`case ${cases} differs: ${line}`);
  console.log(`  native: ${JSON.stringify(want)}`);
  console.log(`  ${build.padEnd(7)} ${JSON.stringify(got)}`);
}

for await (const line of createInterface({ input: process.stdin })) {
  const { policy, call, args, want } = JSON.parse(line);
  if (policy) {
    engine = undefined;
    fault = outcome(() => void (engine = new Engine(policy)));
    for (const gpc of engine ? [false, true] : []) {
      firsts += 1;
      const got = engine.ask("decide", ["", "privacy", false, gpc, "", 0]);
      const want = engine.firstAnswer(gpc);
      // Left out where something is granted then.
      const isOut = want === undefined && [false, true].some((gpc) => engine.grants(gpc));
      if (want !== got && !isOut) differs(JSON.stringify(policy), want, got);
    }
  }
  const got = engine ? outcome(() => engine[call](...args.map((arg) => arg ?? undefined))) : fault;
  cases += 1;
  calls[call] = (calls[call] ?? 0) + 1;
  if (got !== want) differs(line, want, got);
}

const summary = Object.entries(calls).map(([call, count]) => `${call} ${count}`);
console.log(`${cases} cases compared with ${build} (${summary.join(", ")}), and ${firsts} first visits, ${differences} differences`);
if (cases !== expected) console.log(`${expected} were expected`);
process.exitCode = cases === expected && differences === 0 ? 0 : 1;
