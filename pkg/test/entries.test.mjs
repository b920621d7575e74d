// What importing does, and how the engine gets in.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

const cwd = import.meta.dirname ?? new URL(".", import.meta.url).pathname;

/** Runs a module in a fresh Node and returns what it prints. */
const inFreshNode = (script) =>
  execFileSync(process.execPath, ["--input-type=module", "--eval", script], { cwd, encoding: "utf8", stdio: "pipe" });

test("no entry touches the page or WebAssembly when it is imported", () => {
  const printed = inFreshNode(`
    const touched = (name) => { throw new Error(name + " was touched"); };
    for (const name of ["WebAssembly", "document", "window", "navigator", "location"])
      Object.defineProperty(globalThis, name, { configurable: true, get: () => touched(name) });
    for (const entry of ["consentry", "consentry/banner", "consentry/bridge", "consentry/google", "consentry/guard", "consentry/js", "consentry/microsoft", "consentry/placeholders", "consentry/server", "consentry/slim"]) await import(entry);
    console.log("quiet");
  `);
  assert.equal(printed, "quiet\n");
});

test("without WebAssembly and another engine nothing optional is allowed, nothing throws, and the console says so once", () => {
  const printed = inFreshNode(`
    delete globalThis.WebAssembly;
    console.error = (...words) => console.log(String(words[0]));
    const { createConsent } = await import("consentry");
    const { policy } = await import(${JSON.stringify(new URL("policy.mjs", import.meta.url).href)});
    const consent = createConsent(policy);
    createConsent(policy);
    console.log(consent.allows("necessary"), consent.allows("basket"), consent.allows("statistics"), consent.decision.ids.videos.reason);
    // The console hears of it once it is sure.
    await consent.accept().catch(({ message }) => console.log(message));
    console.log(consent.allows("statistics"));
  `);
  assert.equal(
    printed,
    "true true false unavailable\n" +
      "consentry: nothing optional is allowed, no engine runs here:\n" +
      "consentry cannot save an answer: no engine\n" +
      "false\n",
  );
});

test("slim starts from a module the site brings", async () => {
  const { createConsent, startEngine } = await import("consentry/slim");
  const { memoryJar } = await import("./jar.mjs");
  const { policy } = await import("./policy.mjs");
  const bytes = await readFile(new URL("../dist/consentry.wasm", import.meta.url));
  assert.equal(await startEngine(bytes), true);
  assert.equal(createConsent(policy, { jar: memoryJar() }).decision.prompt.cause, "first-visit");
});

test("slim without an engine allows nothing optional", () => {
  const printed = inFreshNode(`
    const { createConsent } = await import("consentry/slim");
    const consent = createConsent({ id: "a", categories: [{ id: "b" }] });
    console.log(consent.allows("b"), consent.decision.ids.b.reason);
  `);
  assert.equal(printed, "false unavailable\n");
});
