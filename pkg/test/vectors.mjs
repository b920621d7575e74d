// The vectors that Rust runs, on the WASM build and the one in JavaScript under Node.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { kindOf, run } from "./cases.mjs";
import { builds } from "./engine.mjs";

const folder = new URL("../../tests/vectors/", import.meta.url);
const read = async (name) => JSON.parse(await readFile(new URL(name, folder), "utf8"));

for (const name of (await readdir(folder)).filter((name) => name.endsWith(".json"))) {
  const file = await read(name);
  if (!file.faces?.includes("wasm-node")) continue;
  for (const [build, Engine] of Object.entries(builds))
    test(`${name}, ${build}`, async () => {
      assert.ok(kindOf(name), "no runner here");
      const { ran, skipped, failures } = run(name, file, await read("policies.json"), Engine);
      console.log(`${name}, ${build}: ${ran} cases${skipped ? `, ${skipped} native only` : ""}`);
      assert.equal(failures.length, 0, failures.join("\n"));
    });
}
