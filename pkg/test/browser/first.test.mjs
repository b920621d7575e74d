// The page of somebody who never answered, with a policy that says what is decided then: no engine is started until
// somebody comes near an answer, and nothing else is different.
import assert from "node:assert/strict";
import { createConsent } from "consentry";
import { createDecider, withFirstVisit } from "consentry/server";
import { memoryJar } from "../jar.mjs";
import { policy } from "../policy.mjs";
import { engine, holds, launch, open, serve, test } from "./launch.mjs";

const known = withFirstVisit(policy);
const optOut = { ...policy, regimes: [{ id: "us-ca" }] };

// Counts the engines that a page starts, whichever way. The real pointer may rest where the banner comes: it is not heard.
const count = `var started = 0;
addEventListener("pointerover", (event) => event.isTrusted && event.stopImmediatePropagation(), true);
for (const name of ["Module", "compile", "compileStreaming"])
  WebAssembly[name] = new Proxy(WebAssembly[name], {
    apply: (target, self, args) => (started++, Reflect.apply(target, self, args)),
    construct: (target, args) => (started++, Reflect.construct(target, args)),
  });`;
const gated = `<script type="text/plain" data-consent="statistics">window.ran = (window.ran ?? 0) + 1;</script>
<button data-consent-open>Privacy choices</button>`;
const page = (start, head = "") => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Corner shop</title>
<script>${count}</script>${head}</head><body><h1>Corner shop</h1>${gated}${start}</body></html>`;
const classic = '<script src="/dist/consentry.min.js"></script>';
const started = (policy, options = {}) =>
  page(`<script>var consent = consentry.start(${JSON.stringify(policy)}, ${JSON.stringify(options)});</script>`, classic);
const offered = (policy) => `<script type="module">
import { createConsent, offerEngine } from "/dist/slim.js";
import { mountBanner } from "/dist/banner.js";
offerEngine(() => fetch("/dist/consentry.wasm"));
window.consent = createConsent(${JSON.stringify(policy)});
mountBanner(consent, { css: "/dist/banner.css" });</script>`;

const alone = (policy) => ({
  body: page("", `<script src="/dist/consentry.min.js" data-policy="${policy}" data-engine="wasm" defer></script>`).replace(count, ""),
  headers: { "content-security-policy": "script-src 'self'" },
});
const sent = [];
const jar = memoryJar();
await createConsent(policy, { jar }).reject();
const refused = jar.read().replace("__Host-", "");

const browser = await launch();
const origin = await serve({
  "/": started(known),
  "/plain": started(policy),
  "/signal": started(known, { gpc: true }),
  "/plain-signal": started(policy, { gpc: true }),
  "/opt-out": started(withFirstVisit(optOut)),
  "/plain-opt-out": started(optOut),
  "/opt-out-signal": started(withFirstVisit(optOut), { gpc: true }),
  "/plain-opt-out-signal": started(optOut, { gpc: true }),
  "/region": started(known, { region: "US-CA" }),
  "/plain-region": started(policy, { region: "US-CA" }),
  // As somebody might edit a file that was compiled: one category less, another regime, nonsense.
  "/fewer": started({ ...known, categories: known.categories.slice(1) }),
  "/plain-fewer": started({ ...policy, categories: policy.categories.slice(1) }),
  "/laxer": started({ ...known, ...optOut }),
  "/plain-laxer": started(optOut),
  "/nonsense": started({ ...policy, first: { of: known.first.of, plain: 7, gpc: {} } }),
  "/plain-nonsense": started(policy),
  "/none": started({ ...policy, first: null }),
  "/plain-none": started(policy),
  "/address": page("", '<script src="/dist/consentry.min.js" data-policy="/policy.json" defer></script>'),
  "/policy.json": JSON.stringify(known),
  "/offered": page(offered(known)),
  "/older": started(known).replace(count, 'WebAssembly.Module = function () { throw new RangeError("too large for the main thread"); };'),
  "/late": page(offered(known).replace(/^offerEngine.*$/m, "window.begin = () => startEngine(fetch('/dist/consentry.wasm'));").replace("offerEngine", "startEngine")),
  "/alone": alone("/policy.json"),
  "/alone-with-server": alone("/served.json"),
  "/served.json": JSON.stringify(withFirstVisit({ ...policy, mount: "/answers" })),
  "/answers": (_, text) => {
    sent.push(JSON.parse(text).act);
    const reply = createDecider({ ...policy, cookie: "privacy" })({ cookies: refused });
    return { body: JSON.stringify(reply), headers: { "content-type": "application/json", "set-cookie": `${refused}; Path=/` } };
  },
});

const prompt = "[data-cy=prompt]";
const decided = (page) => page.evaluate("JSON.stringify({ ...consent.decision, now: 0 })");
/** As a pointer comes: the drivers' own would also press. */
const approach = (page, selector) =>
  page.evaluate(`void document.querySelector(${JSON.stringify(selector)}).dispatchEvent(new PointerEvent("pointerover", { bubbles: true }))`);

async function visit(path) {
  const opened = await open(browser);
  await opened.page.goto(origin + path);
  return opened;
}

for (const [path, engines] of [
  ["", 0],
  ["signal", 0],
  // What is granted would have to be taken back where no engine comes.
  ["opt-out", 1],
  ["opt-out-signal", 1],
  ["region", 1],
  ["fewer", 1],
  ["laxer", 1],
  ["nonsense", 1],
  ["none", 1],
])
  test(`/${path}: ${engines ? "the engine is asked" : "no engine is started"}, and everything is as without the answer in the policy`, async () => {
    const { page, errors } = await visit(`/${path}`);
    const other = await visit(`/plain${path && "-" + path}`);
    await holds(page, "document.readyState === 'complete'");
    assert.deepEqual([await page.evaluate("started"), await other.page.evaluate("started")], [engines, 1]);
    assert.equal(await decided(page), await decided(other.page));
    for (const seen of ["document.querySelector('[data-cy]')?.outerHTML", "window.ran", "document.cookie.replace(/\\d{13}/g, '')", "localStorage.length"])
      assert.equal(await page.evaluate(seen), await other.page.evaluate(seen), seen);
    assert.deepEqual(errors, []);
  });

test("the engine is started when a pointer comes near, and the answer is kept in the click's own task", async () => {
  for (const near of [`${prompt} p`, "[data-consent-open]"]) {
    const { page, errors } = await visit("/");
    await approach(page, "h1");
    assert.equal(await page.evaluate("started"), 0);
    await approach(page, near);
    assert.equal(await page.evaluate("started"), 1);
    const click = `document.querySelector("${prompt} [value=reject]").click()`;
    assert.match(await page.evaluate(`(${click}, document.cookie)`), /privacy=.*-statistics/);
    assert.deepEqual(errors, []);
  }
});

test("who answers without coming near is heard in the click's own task too, and asked no more", async () => {
  const { page, errors } = await visit("/");
  const click = `document.querySelector("${prompt} [value=accept]").click()`;
  assert.match(await page.evaluate(`(${click}, document.cookie)`), /privacy=.*\+statistics/);
  await page.waitForFunction("window.ran === 1");
  await page.goto(origin);
  const sheets = "document.adoptedStyleSheets.length";
  assert.deepEqual(await page.evaluate(`[started, window.ran, document.querySelector("[data-cy]"), ${sheets}]`), [0, 1, null, 0]);
  await page.click("[data-consent-open]");
  await page.waitForSelector("[data-cy-dialog]");
  assert.equal(await page.evaluate(sheets), 1);
  assert.deepEqual(errors, []);
});

test("a policy from its address needs no engine either", async () => {
  const { page, errors } = await visit("/address");
  await page.waitForSelector(prompt);
  assert.deepEqual(await page.evaluate("[started, document.adoptedStyleSheets.length]"), [0, 1]);
  await page.click(`${prompt} [value=accept]`);
  await page.waitForFunction("window.ran === 1");
  assert.deepEqual(errors, []);
});

test("an engine that is offered is fetched when somebody comes near, once, and what was pressed meanwhile is kept", async () => {
  const { page, requests, errors } = await visit("/offered");
  const fetched = () => requests.filter((url) => url.endsWith(".wasm")).length;
  await page.waitForSelector(prompt);
  assert.deepEqual([fetched(), await page.evaluate("started")], [0, 0]);
  await page.click(`${prompt} [value=accept]`);
  await page.waitForFunction("window.ran === 1");
  assert.deepEqual([fetched(), await page.evaluate("started")], [1, 1]);
  assert.match(await page.evaluate("document.cookie"), /\+statistics/);
  assert.deepEqual(errors, []);
});

test("where a browser compiles no module of this size at once, the answer is kept as soon as it has", async () => {
  const { page, errors } = await visit("/older");
  await page.click(`${prompt} [value=accept]`);
  await page.waitForFunction("window.ran === 1");
  assert.match(await page.evaluate("document.cookie"), /\+statistics/);
  assert.deepEqual(errors, []);
});

test("where no engine runs nobody is asked any more once that is known, and nothing optional is allowed", async () => {
  const { page, errors } = await visit("/alone");
  await page.waitForSelector(prompt);
  await page.evaluate(`document.querySelector("${prompt} [value=accept]").click()`);
  await page.waitForSelector(prompt, { state: "detached" });
  assert.equal(await page.evaluate("window.ran ?? null"), null);
  assert.equal(await page.evaluate("document.cookie"), "");
  if (!engine.lacks.console) assert.equal(errors.filter((text) => text.includes("no engine runs here")).length, 1);
});

test("where no engine runs but a server does, that is answered to", async () => {
  const { page } = await visit("/alone-with-server");
  await page.waitForSelector(prompt);
  await approach(page, `${prompt} p`);
  await page.waitForTimeout(200);
  assert.equal(await page.locator(prompt).count(), 1);
  await page.click(`${prompt} [value=reject]`);
  await page.waitForSelector(prompt, { state: "detached" });
  assert.deepEqual(sent, ["reject"]);
});

test("an engine that is started after the consent was made decides all the same", async () => {
  const { page, errors } = await visit("/late");
  await page.waitForSelector(prompt);
  await approach(page, `${prompt} p`);
  assert.equal(await page.evaluate("started"), 0);
  await page.evaluate("void begin()");
  await page.click(`${prompt} [value=accept]`);
  await page.waitForFunction("window.ran === 1");
  assert.deepEqual(errors, []);
});
