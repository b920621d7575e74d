// What fails around the store: optional stays off, the page works, and one line in the console names the cause.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { policy } from "../policy.mjs";
import { launch, open, serve } from "./launch.mjs";

const built = (name) => readFile(new URL(`../../dist/${name}`, import.meta.url));
const wasm = await built("consentry.wasm");
const gated = `<script type="text/plain" data-consent="statistics">window.ran = true</script>`;
const links = '<a id="link" href="#end">A link</a>';
const classic = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>
  <script src="/dist/consentry.min.js"></script></head><body>${links}${gated}<script src="/start.js"></script></body></html>`;
const slim = (address) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>
  <script type="module">
    import { createConsent, startEngine } from "/dist/slim.js";
    import { mountBanner } from "/dist/banner.js";
    await startEngine(fetch("${address}"));
    window.consent = createConsent(${JSON.stringify(policy)});
    mountBanner(window.consent);
  </script></head><body>${links}${gated}</body></html>`;

/** What a cache may still have of another release. */
function ofAnotherBuild() {
  const bytes = Buffer.from(wasm);
  const at = bytes.indexOf("consentry-build");
  assert.ok(at > 0, "the module says of which build it is");
  bytes[at + "consentry-build".length] ^= 1;
  return bytes;
}

const browser = await launch();
const origin = await serve({
  "/": classic,
  "/start.js": `var consent = consentry.start(${JSON.stringify(policy)});`,
  // Without the engine in JavaScript beside the script.
  "/csp": {
    body: classic.replace("/dist/", "/alone/"),
    headers: { "content-security-policy": "script-src 'self' 'unsafe-inline'" },
  },
  "/alone/consentry.min.js": { body: await built("consentry.min.js") },
  "/sandboxed": { body: classic, headers: { "content-security-policy": "sandbox allow-scripts allow-forms" } },
  "/missing": slim("/nowhere.wasm"),
  "/truncated": slim("/truncated.wasm"),

  "/stale": slim("/stale.wasm"),
  "/offline": slim("http://127.0.0.1:1/engine.wasm"),
  "/truncated.wasm": { body: wasm.subarray(0, wasm.length - 1000) },
  "/wrong-type": { body: wasm, headers: { "content-type": "text/html" } },
  "/slim-wrong-type": slim("/wrong-type"),
  "/stale.wasm": { body: ofAnotherBuild() },
});

/** Blocks cookies as a browser does whose visitor wants none: they are neither kept nor told. */
const withoutCookies = () =>
  Object.defineProperty(Document.prototype, "cookie", { configurable: true, get: () => "", set() {} });

const noStart = /^consentry: nothing optional is allowed, no engine runs here: /;
const notSaved = /^consentry: the answer was not saved: Error: the browser did not take the cookie privacy/;
const table = [
  ["a policy of the page that forbids WebAssembly, and no other engine", "/csp", noStart, /CompileError/],
  ["a module that is not there", "/missing", noStart, /HTTP status code is not ok|404/],
  ["a module that was cut off", "/truncated", noStart, /CompileError/],
  ["a module of the wrong type", "/slim-wrong-type", noStart, /MIME type/],
  ["a module of another build", "/stale", noStart, /another build/],
  ["a module that cannot be fetched", "/offline", noStart, /Failed to fetch/],
  ["cookies that are blocked", "/", notSaved, /privacy/, withoutCookies],
  ["storage that throws", "/sandboxed", notSaved, /privacy/],
];

for (const [name, path, line, cause, init] of table)
  test(`${name}: optional stays off, the page works, one line says why`, async () => {
    const { page, errors } = await open(browser);
    if (init) await page.addInitScript(init);
    await page.goto(origin + path);
    await page.waitForFunction("window.consent");
    if (line === notSaved) {
      const prompt = page.locator("[data-cy=prompt]");
      await prompt.locator("button[value=accept]").click();
      await page.waitForFunction(`document.querySelector("[data-cy=prompt] [role=status]").textContent`);
      // It was not kept, so it is asked still, and says so.
      assert.equal(await prompt.count(), 1);
    } else {
      assert.equal(await page.locator("[data-cy=prompt]").count(), 0);
      await assert.rejects(page.evaluate("consent.accept()"), /cannot save an answer/);
    }
    assert.equal(await page.evaluate("consent.allows('necessary')"), true);
    assert.equal(await page.evaluate("consent.allows('statistics')"), false);
    assert.equal(await page.evaluate("window.ran"), undefined);
    const ours = errors.filter((text) => text.startsWith("consentry:"));
    assert.equal(ours.length, 1, errors.join("\n"));
    assert.match(ours[0], line);
    assert.match(ours[0], cause);
    await page.click("#link");
    assert.match(page.url(), /#end$/);
  });

test("a refusal that the browser does not keep holds in the page, also where the default is yes", async () => {
  const { page } = await open(browser);
  await page.addInitScript(withoutCookies);
  await page.route("**/start.js", (route) =>
    route.fulfill({
      contentType: "text/javascript",
      body: `var consent = consentry.start(${JSON.stringify({ ...policy, regimes: [{ id: "us", kind: "opt-out" }] })});`,
    }),
  );
  await page.goto(origin);
  assert.equal(await page.evaluate("consent.allows('statistics')"), true);
  await assert.rejects(page.evaluate("consent.withdraw()"), /did not take the cookie/);
  await page.evaluate(`dispatchEvent(new Event("focus"))`);
  assert.equal(await page.evaluate("consent.allows('statistics')"), false);
});
