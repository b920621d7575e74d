// What fails around the store: optional stays off, the page works, and one line in the console names the cause.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { policy } from "../policy.mjs";
import { launch, needs, open, serve, test } from "./launch.mjs";

const built = (name) => readFile(new URL(`../../dist/${name}`, import.meta.url));
const wasm = await built("consentry.wasm");
const gated = `<script type="text/plain" data-consent="statistics">window.ran = true</script>`;
const links = '<a id="link" href="#end">A link</a>';
const classic = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>
  <script src="/dist/consentry.min.js"></script></head><body>${links}${gated}<script src="/start.js"></script></body></html>`;
/** Blocks cookies as a browser does whose visitor wants none: they are neither kept nor told. */
const withoutCookies = classic.replace(
  "<title>",
  `<script>Object.defineProperty(Document.prototype, "cookie", { configurable: true, get: () => "", set() {} })</script>$&`,
);
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

const prompt = "[data-cy=prompt]";
const browser = await launch();
const origin = await serve({
  "/": classic,
  "/start.js": `var consent = consentry.start(${JSON.stringify(policy)});`,
  "/no-cookies": withoutCookies,
  "/no-cookies-opt-out": withoutCookies.replace("/start.js", "/start-opt-out.js"),
  "/start-opt-out.js": `var consent = consentry.start(${JSON.stringify({ ...policy, regimes: [{ id: "us", kind: "opt-out" }] })});`,
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

const noStart = /^consentry: nothing optional is allowed, no engine runs here: /;
const notSaved = /^consentry: the answer was not saved: Error: the browser did not take the cookie privacy/;
// Each engine has its own words for what went wrong.
const table = [
  ["a policy of the page that forbids WebAssembly, and no other engine", "/csp", noStart, /CompileError/],
  ["a module that is not there", "/missing", noStart, /status code is not ok|not have ok status/],
  ["a module that was cut off", "/truncated", noStart, /CompileError/],
  ["a module of the wrong type", "/slim-wrong-type", noStart, /MIME type/i],
  ["a module of another build", "/stale", noStart, /another build/],
  ["a module that cannot be fetched", "/offline", noStart, /Failed to fetch|NetworkError/],
  ["cookies that are blocked", "/no-cookies", notSaved, /privacy/],
  ["storage that throws", "/sandboxed", notSaved, /privacy/],
];

/** Opens a page, and tries to accept what can be had. */
async function accepting(path, line) {
  const opened = await open(browser);
  const { page } = opened;
  await page.goto(origin + path);
  await page.waitForFunction("!!window.consent");
  if (line === notSaved) {
    await page.click(`${prompt} button[value=accept]`);
    await page.waitForFunction(`document.querySelector("${prompt} [role=status]").textContent`);
  }
  return opened;
}

for (const [name, path, line, cause] of table) {
  test(`${name}: optional stays off, and the page works`, async () => {
    const { page } = await accepting(path, line);
    // What was not kept is asked still, and says so.
    assert.equal(await page.locator(prompt).count(), line === notSaved ? 1 : 0);
    if (line === noStart) await assert.rejects(page.evaluate("consent.accept()"), /cannot save an answer/);
    assert.equal(await page.evaluate("consent.allows('necessary')"), true);
    assert.equal(await page.evaluate("consent.allows('statistics')"), false);
    assert.equal(await page.evaluate("!!window.ran"), false);
    await page.click("#link");
    assert.match(await page.url(), /#end$/);
  });

  test(`${name}: one line in the console says why`, needs("console"), async () => {
    const { page, errors } = await accepting(path, line);
    const ours = () => errors.filter((text) => text.startsWith("consentry:"));
    for (let times = 0; times < 200 && ours().length === 0; times++) await page.waitForTimeout(25);
    assert.equal(ours().length, 1, errors.join("\n"));
    assert.match(ours()[0], line);
    assert.match(ours()[0], cause);
  });
}

test("a refusal that the browser does not keep holds in the page, also where the default is yes", async () => {
  const { page } = await open(browser);
  await page.goto(`${origin}/no-cookies-opt-out`);
  assert.equal(await page.evaluate("consent.allows('statistics')"), true);
  await assert.rejects(page.evaluate("consent.withdraw()"), /did not take the cookie/);
  await page.evaluate(`void dispatchEvent(new Event("focus"))`);
  assert.equal(await page.evaluate("consent.allows('statistics')"), false);
});
