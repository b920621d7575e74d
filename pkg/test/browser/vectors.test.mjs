// The vectors that Rust runs, on the WASM build and the one in JavaScript in a browser.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { engine, launch, open, serve, test } from "./launch.mjs";

const vectors = new URL("../../../tests/vectors/", import.meta.url);
const script = (name) => readFile(new URL(`../${name}`, import.meta.url), "utf8");

const names = (await readdir(vectors)).filter((name) => name.endsWith(".json"));
const pages = { "/": "<!doctype html><title>Vectors</title>" };
for (const name of names) pages[`/vectors/${name}`] = await readFile(new URL(name, vectors), "utf8");
for (const name of ["cases.mjs", "engine.mjs"])
  pages[`/test/${name}`] = { body: await script(name), headers: { "content-type": "text/javascript" } };

const origin = await serve(pages);
const { page, errors } = await open(await launch());
await page.goto(origin);

for (const name of names) {
  if (!JSON.parse(pages[`/vectors/${name}`]).faces?.includes("wasm-chromium")) continue;
  for (const build of ["wasm", "js"])
    test(`${name}, ${build}`, async () => {
      const { ran, skipped, failures } = await page.evaluate(
        async ([name, build]) => {
          const [{ run }, { builds }] = await Promise.all([import("/test/cases.mjs"), import("/test/engine.mjs")]);
          const read = (name) => fetch(`/vectors/${name}`).then((response) => response.json());
          return run(name, await read(name), await read("policies.json"), builds[build]);
        },
        [name, build],
      );
      console.log(`${name}, ${build}: ${ran} cases in ${engine.name}${skipped ? `, ${skipped} native only` : ""}`);
      assert.equal(failures.length, 0, failures.join("\n"));
      assert.deepEqual(errors, []);
    });
}
