// The engine in JavaScript: it says what the one in WebAssembly says, also after its memory has grown, and comes when it
// is needed only.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { build as bundleWith } from "esbuild";
import { build, of } from "../dist/consentry.engine.js";
import { builds } from "./engine.mjs";
import { policy } from "./policy.mjs";

const cwd = import.meta.dirname;
const now = 1_764_000_000_000;

/** Runs a module in a fresh Node and returns what it prints. */
const inFreshNode = (script) =>
  execFileSync(process.execPath, ["--input-type=module", "--eval", script], { cwd, encoding: "utf8", stdio: "pipe" });

/** A policy with many services, each with the longest names. */
const large = (n) => ({
  id: `large-${n}`,
  categories: policy.categories,
  services: Array.from({ length: 60 }, (_, place) => ({
    id: `service-${n}-${place}`,
    category: policy.categories[place % 3].id,
    own: place % 2 === 0,
    cookies: Array.from({ length: 20 }, (_, cookie) => `c${n}-${place}-${cookie}-${"x".repeat(200)}*`),
  })),
});

test("both engines say the same while their memory grows", () => {
  const facts = ["privacy", false, true, "US-CA", now];
  // A policy that was opened stays: a quarter of a megabyte each, against one megabyte in the beginning.
  for (let n = 0; n < 40; n++) {
    const engines = Object.values(builds).map((Engine) => new Engine(large(n)));
    // Beyond ASCII a text is written twice, and its memory made larger in between.
    const cookies = `a=${"\u00e9\u20ac".repeat(20_000)}; c${n}-1-1-${"x".repeat(200)}y=1`;
    const [wasm, js] = engines.map((engine) => {
      const text = engine.act(cookies, ...facts, "save", "banner", 1, "statistics marketing", "statistics", false);
      const after = `${cookies}; privacy=${text}`;
      return [text, engine.decide(after, ...facts), engine.clear(after, ...facts)];
    });
    assert.deepEqual(js, wasm);
    assert.match(js[0], /\+statistics/);
    assert.equal(JSON.parse(js[1]).policy, `large-${n}`);
  }
});

test("its memory grows as that of WebAssembly: the old buffer is detached, and what cannot be had is not", () => {
  const memory = Object.values(of(build)({ a: {} })).find(({ grow }) => grow);
  const { buffer } = memory;
  const [pages, bytes] = [buffer.byteLength / 65536, new Uint8Array(buffer).slice()];
  assert.equal(memory.grow(1), pages);
  assert.equal(buffer.byteLength, 0);
  assert.equal(memory.buffer.byteLength, (pages + 1) * 65536);
  assert.ok(bytes.some(Boolean));
  assert.deepEqual(new Uint8Array(memory.buffer).subarray(0, bytes.length), bytes);
  assert.equal(memory.grow(65536), -1);
  assert.equal(memory.buffer.byteLength, (pages + 1) * 65536);
});

test("one policy is asked many times without a stale answer", () => {
  const [wasm, js] = Object.values(builds).map((Engine) => new Engine(policy));
  for (let n = 0; n < 300; n++) {
    const facts = [`x=${"y".repeat(n * 400)}`, "privacy", false, n % 2 === 0, n % 3 ? "FR" : "US-CA", now + n];
    assert.equal(js.decide(...facts), wasm.decide(...facts));
  }
});

const start = `
  console.error = (...words) => console.log(words.filter(Boolean).join(" "));
  const { memoryJar } = await import("./jar.mjs");
  const { policy } = await import("./policy.mjs");
  const { createConsent, loadConsent } = await import("consentry");`;

test("where WebAssembly is refused a consent settles once the engine in JavaScript has come, and its listeners hear of it", () => {
  const printed = inFreshNode(`
    delete globalThis.WebAssembly;
    await import("consentry/js");${start}
    const consent = createConsent(policy, { jar: memoryJar() });
    console.log(consent.allows("statistics"), consent.decision.ids.statistics.reason, consent.decision.prompt);
    const heard = new Promise((resolve) => consent.subscribe(resolve));
    console.log((await heard).prompt.cause, consent.allows("statistics"));
    await consent.accept();
    console.log(consent.allows("statistics"));
  `);
  assert.equal(printed, "false unavailable null\nfirst-visit false\ntrue\n");
});

test("an answer given before the engine has come is for what the prompt asks then", () => {
  const printed = inFreshNode(`
    delete globalThis.WebAssembly;
    await import("consentry/js");${start}
    const jar = memoryJar();
    const consent = createConsent(policy, { jar });
    const rejected = consent.reject();
    console.log(jar.read() === "");
    await rejected;
    console.log(consent.decision.ids.statistics.status, /-statistics/.test(jar.read()), consent.decision.prompt);
  `);
  assert.equal(printed, "true\ndenied true null\n");
});

test("a consent that was stored is found, and a GPC signal remembered, as with WebAssembly", () => {
  const run = (engine) =>
    inFreshNode(`
      await import("consentry/js");${start}
      Date.now = () => ${now};
      const jar = memoryJar();
      const options = { jar, gpc: true, region: "US-CA", engine: "${engine}" };
      const consent = createConsent(policy, options);
      if ("${engine}" === "js") await new Promise((resolve) => consent.subscribe(resolve));
      await consent.save({ statistics: true });
      console.log(jar.read(), JSON.stringify(consent.decision));
      console.log(JSON.stringify(createConsent(policy, options).decision));
    `);
  assert.equal(run("js"), run("wasm"));
});

test("started before, the engine in JavaScript decides at once, for all entries", () => {
  const printed = inFreshNode(`
    for (const name of ["compile", "Module", "Instance"])
      Object.defineProperty(WebAssembly, name, { get: () => { throw new Error("WebAssembly was touched"); } });
    const { startEngine } = await import("consentry/js");${start}
    console.log(await startEngine());
    const { createDecider } = await import("consentry/server");
    const slim = await import("consentry/slim");
    console.log(createConsent(policy, { jar: memoryJar() }).decision.prompt.cause);
    console.log(slim.createConsent(policy, { jar: memoryJar() }).decision.prompt.cause);
    console.log(createDecider(policy)({ cookies: "" }).prompt.cause);
  `);
  assert.equal(printed, "true\n" + "first-visit\n".repeat(3));
});

test("slim and the decider fall back to it", () => {
  const printed = inFreshNode(`
    delete globalThis.WebAssembly;
    await import("consentry/js");${start}
    const { createDecider } = await import("consentry/server");
    const slim = await import("consentry/slim");
    const decide = createDecider(policy);
    console.log(decide({ cookies: "" }).ids.statistics.reason);
    console.log(await slim.startEngine(new Uint8Array()));
    console.log(decide({ cookies: "" }).ids.statistics.reason);
  `);
  assert.equal(printed, "unavailable\ntrue\nno-answer\n");
});

test('"wasm" loads nothing else, "js" needs consentry/js', () => {
  const run = (before, engine) =>
    inFreshNode(`
      ${before}${start}
      const consent = createConsent(policy, { jar: memoryJar(), engine: "${engine}" });
      await consent.accept().catch(({ message }) => console.log(message));
      console.log(consent.allows("statistics"));
    `);
  const nothing = /^consentry: nothing optional is allowed, no engine runs here:.*\nconsentry cannot save an answer: no engine\nfalse\n$/;
  assert.match(run('delete globalThis.WebAssembly; await import("consentry/js");', "wasm"), nothing);
  assert.match(run("", "js"), nothing);
});

test("where WebAssembly runs the engine in JavaScript is not loaded", () => {
  const printed = inFreshNode(`
    import { register } from "node:module";
    register("data:text/javascript," + encodeURIComponent(
      'export const load = (url, context, next) => { if (url.includes("engine.js")) console.log("loaded"); return next(url, context); }'));
    await import("consentry/js");${start}
    console.log(createConsent(policy, { jar: memoryJar() }).decision.prompt.cause);
  `);
  assert.equal(printed, "first-visit\n");
});

test("bundlers leave it out of what does not import it, and keep it apart where it is imported", async () => {
  const bundle = async (imports) => {
    const { outputFiles } = await bundleWith({
      stdin: { contents: `${imports} import { createConsent } from "consentry"; createConsent({});`, resolveDir: cwd },
      bundle: true,
      splitting: true,
      format: "esm",
      outdir: "bundle",
      write: false,
    });
    // A function of the glue that only this engine has, by the name wasm-bindgen gives it.
    return outputFiles.map(({ text }) => text.includes("__wbindgen_add_to_stack_pointer"));
  };
  assert.deepEqual(await bundle(""), [false]);
  const [entry, ...chunks] = await bundle('import "consentry/js";');
  assert.equal(entry, false);
  assert.ok(chunks.includes(true));
});
