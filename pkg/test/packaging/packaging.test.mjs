// The package as its users have it: packed, installed into projects of their own, and built for production.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { createConsent } from "consentry";
import { start } from "../browser/engines/chromium.mjs";
import { memoryJar } from "../jar.mjs";
import { pack, project, run, tools } from "./install.mjs";
import { serveFolder, startServer } from "./serve.mjs";
import { checkAnswers, checkRefusedEngine } from "./visit.mjs";

const { archive } = await pack();
const browser = await start();
after(() => browser.close());

const strict = (scripts) => ({
  "content-security-policy": `default-src 'none'; script-src ${scripts}; style-src 'self'; connect-src 'self'`,
});

/** Pages of files: the project, the folder that it publishes, and what is there where WebAssembly is refused. */
const pages = [
  ["vite", "dist", checkAnswers],
  ["webpack", "public", checkAnswers],
  ["rollup", "public", checkAnswers],
  // It does not import the engine in JavaScript.
  ["esbuild", "public", checkRefusedEngine],
  ["script-tag", "public", checkAnswers],
];

for (const [name, published, checkRefused] of pages)
  test(name, async (t) => {
    const { folder, versions } = await project(name, archive);
    if (versions) t.diagnostic(versions);
    const policies = [
      ["no policy", {}, checkAnswers],
      ["a strict policy", strict("'self' 'wasm-unsafe-eval'"), checkAnswers],
      ["a strict policy that refuses WebAssembly", strict("'self'"), checkRefused],
    ];
    for (const [with_, headers, check] of policies)
      await t.test(`with ${with_}`, async () => check(browser, await serveFolder(join(folder, published), headers)));
  });

test("next", async (t) => {
  const { folder, versions } = await project("next", archive);
  t.diagnostic(versions);
  const { origin, printed } = await startServer(folder, "node_modules/next/dist/bin/next", "start");

  await t.test("the server decides what is in the page", async () => {
    const told = async (cookie) => {
      const response = await fetch(origin, { headers: { cookie } });
      return /This visit is [a-z ]+\./.exec(await response.text())?.[0];
    };
    assert.equal(await told("other=1"), "This visit is not counted.");
    assert.equal(await told(`privacy=${await answered("accept")}`), "This visit is counted.");
    assert.equal(await told(`privacy=${await answered("reject")}`), "This visit is not counted.");
  });
  await t.test("the page takes over in the browser", () => checkAnswers(browser, origin));
  await t.test("the server has nothing to complain about", () => assert.doesNotMatch(printed(), /error|warn|document/i));
});

/** The value of the consent cookie after an act. */
async function answered(act) {
  const jar = memoryJar();
  await createConsent({ id: "corner-shop", categories: [{ id: "statistics" }] }, { jar })[act]();
  return jar.read().replace(/^\w+=/, "");
}

/** The cookies of three visitors, and what a server of these projects makes of each. */
const visitors = [
  ["other=1", "not counted"],
  [`__Host-privacy=${await answered("accept")}`, "counted"],
  [`__Host-privacy=${await answered("reject")}`, "not counted"],
];
const cookies = visitors.map(([cookie]) => cookie);
const replies = visitors.map(([, reply]) => `${reply}\n`).join("");

for (const name of ["node-esm", "node-require"])
  test(name, async () => {
    const { folder } = await project(name, archive);
    const without = "--import=data:text/javascript,delete WebAssembly.Module";
    for (const flags of [[], [without]])
      assert.equal(await run(folder, process.execPath, ...flags, "main.js", ...cookies), `false\n${replies}`);
  });

test("deno", async (t) => {
  const deno = (folder, ...args) => run(folder, process.execPath, "node_modules/deno/bin.cjs", ...args);
  // Its npm package brings a binary, but not for every system.
  const missing = await tools("deno").then((folder) => deno(folder, "--version")).then(() => "", String);
  if (missing) return t.skip(missing);
  const { folder, versions } = await project("deno", archive);
  t.diagnostic(versions);
  assert.equal(await deno(folder, "run", "--allow-net=127.0.0.1", "main.ts", ...cookies), replies);
});

test("types", async (t) => {
  const { folder, versions } = await project("types", archive);
  t.diagnostic(versions);
  // The oldest has what the types are written in: type parameters that are const, `export type *`.
  for (const compiler of ["typescript", "typescript-oldest"])
    for (const project of ["bundler", "node16", "server"])
      await t.test(`${compiler}, ${project}`, () =>
        run(folder, process.execPath, `node_modules/${compiler}/bin/tsc`, "--project", `${project}.json`),
      );
});
