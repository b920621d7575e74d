// Pages whose Content-Security-Policy refuses WebAssembly: the engine in JavaScript stands in.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { policy } from "../policy.mjs";
import { engine, holds, launch, needs, open, serve, test } from "./launch.mjs";

const html = (scripts) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Corner shop</title>
<script src="/ran.js"></script>${scripts}</head>
<body><h1>Corner shop</h1><a href="#end" id="link">A link</a> <button data-consent-open>Choices</button>
<script type="text/plain" data-consent="statistics" src="/one.js"></script></body></html>`;

/** All ways in which a script can wait. */
const waiting = `
<script type="text/plain" data-consent="statistics" data-type="module" src="/two.js"></script>
<script type="text/plain" data-consent="statistics" nonce="abc">ran.push("inline");</script>
<script type="text/plain" data-consent="statistics" data-src="/three.js"></script></body>`;

const plain = (folder) =>
  html(`<script src="${folder}/consentry.min.js" defer></script><script src="/start.js" defer></script>`);
const strict = "default-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'; script-src ";
const page = (body, scripts = "'self'") => ({
  body,
  headers: { "content-security-policy": `${strict}${scripts}; connect-src 'self'; style-src 'self'` },
});

const file = (name) => readFile(new URL(`../../dist/${name}`, import.meta.url), "utf8");
const [script, inJs] = await Promise.all(["consentry.min.js", "consentry.engine.js"].map(file));
const { build } = await import("../../dist/consentry.engine.js");

const browser = await launch();
const origin = await serve({
  "/wasm": page(plain("/dist"), "'self' 'wasm-unsafe-eval'"),
  "/js": page(plain("/dist")),
  "/module": page(html('<script type="module" src="/module.js"></script>')),
  "/module-without": page(html('<script type="module" src="/module-without.js"></script>')),
  "/by-address": page(
    html('<script src="/dist/consentry.min.js" data-policy="/policy.json" data-engine="js" defer></script>'),
  ),
  "/only-wasm": page(plain("/dist").replace("/start.js", "/start-wasm.js")),
  "/nonce": page(plain("/dist").replaceAll("<script src", "<script nonce=abc src"), "'nonce-abc'"),
  "/waiting": page(plain("/dist").replace("</body>", waiting), "'self' 'nonce-abc'"),
  // The script by itself, without what should be beside it.
  "/alone": page(plain("/alone")),
  "/alone/consentry.min.js": script,
  "/old": page(plain("/old")),
  "/old/consentry.min.js": script,
  "/old/consentry.engine.js": inJs.replaceAll(build, "00000000"),
  "/policy.json": JSON.stringify(policy),
  "/start.js": `window.consent = consentry.start(${JSON.stringify(policy)}); window.first = consent.decision.ids.statistics.reason;`,
  "/opens": page(plain("/dist").replace("/start.js", "/start-open.js")),
  "/start-open.js": `window.consent = consentry.start(${JSON.stringify(policy)}); consentry.openChoices(consent);`,
  "/start-wasm.js": `window.consent = consentry.start(${JSON.stringify(policy)}, { engine: "wasm" });`,
  "/module.js": `import "/dist/js.js"; import("/module-without.js");`,
  "/module-without.js": `
    import { createConsent } from "/dist/index.js";
    import { mountBanner } from "/dist/banner.js";
    window.consent = createConsent(${JSON.stringify(policy)});
    mountBanner(consent);`,
  // A clock that stands still, so that what is stored can be compared.
  "/ran.js": `Date.now = () => 1764000000000;
var ran = [], refused = [];
addEventListener("securitypolicyviolation", ({ blockedURI }) => {
  if (!blockedURI.endsWith("/favicon.ico")) refused.push(blockedURI);
});`,
  "/one.js": 'ran.push("one");',
  "/two.js": 'ran.push("two");',
  "/three.js": 'ran.push("three");',
});

const prompt = "[data-cy=prompt]";
const gone = (page) => page.waitForSelector(prompt, { state: "detached" });
const ours = (errors) => errors.filter((text) => text.startsWith("consentry"));
const asks = (requests, name) => requests.some((address) => new URL(address).pathname.endsWith(name));

async function visit(path) {
  const opened = await open(browser);
  await opened.page.goto(origin + path);
  return opened;
}

/** Nothing is asked, nothing optional runs, and the page works. */
async function checkNothing(page) {
  assert.equal(await page.evaluate("consent.decision.ids.statistics.reason"), "unavailable");
  assert.equal(await page.evaluate("consent.allows('statistics')"), false);
  assert.equal(await page.locator(prompt).count(), 0);
  assert.deepEqual(await page.evaluate("ran"), []);
  await page.click("#link");
  assert.match(await page.url(), /#end$/);
}

async function cookiesAfter(path, value) {
  const { page, context, errors } = await visit(path);
  await page.click(`${prompt} button[value=${value}]`);
  await gone(page);
  if (value === "accept") await holds(page, "ran.includes('one')");
  const cookies = (await context.cookies()).map(({ name, value }) => [name, value]);
  await page.reload();
  await holds(page, "consent.decision.ids.statistics.reason !== 'unavailable'");
  assert.equal(await page.evaluate("consent.allows('statistics')"), value === "accept");
  assert.equal(await page.locator(prompt).count(), 0);
  if (value === "accept") await holds(page, "ran.includes('one')");
  else assert.deepEqual(await page.evaluate("ran"), []);
  assert.deepEqual(ours(errors), []);
  return cookies;
}

for (const value of ["reject", "accept"])
  test(`${value}: kept as with WebAssembly, to the letter`, async () => {
    const kept = await cookiesAfter("/js", value);
    assert.equal(kept.length, 1);
    assert.deepEqual(kept, await cookiesAfter("/wasm", value));
  });

test("until the engine has come nothing is asked and nothing optional allowed", async () => {
  const { page, requests } = await visit("/js");
  await page.waitForSelector(prompt);
  assert.equal(await page.evaluate("first"), "unavailable");
  assert.ok(asks(requests, "/consentry.engine.js"));
});

test("the choices that somebody opens before the engine has come open with it", async () => {
  const { page } = await visit("/opens");
  await page.waitForSelector("dialog[open] [data-cy=choices]");
  assert.notEqual(await page.evaluate("consent.decision.ids.statistics.reason"), "unavailable");
});

test("where WebAssembly runs the engine in JavaScript is not loaded", async () => {
  const { page, requests } = await visit("/wasm");
  await page.waitForSelector(prompt);
  assert.equal(await page.evaluate("first"), "no-answer");
  assert.deepEqual(await page.evaluate("refused"), []);
  assert.ok(!asks(requests, "/consentry.engine.js"));
});

test("asked for by an attribute it is loaded without trying WebAssembly, and the policy is told of nothing", async () => {
  const { page, errors } = await visit("/by-address");
  await page.waitForSelector(prompt);
  assert.deepEqual(await page.evaluate("refused"), []);
  assert.deepEqual(errors, []);
  await page.click(`${prompt} button[value=accept]`);
  await holds(page, "ran.includes('one')");
});

test("a nonce is enough", async () => {
  const { page, errors } = await visit("/nonce");
  await page.click(`${prompt} button[value=reject]`);
  await gone(page);
  assert.deepEqual(ours(errors), []);
});

test("what is woken needs no Trusted Types policy, where none may be made: only data-src stays refused", async () => {
  const { page } = await visit("/waiting");
  await page.waitForSelector(prompt);
  await page.evaluate("void (refused.length = 0)");
  await page.click(`${prompt} button[value=accept]`);
  await holds(page, "ran.length > 2");
  assert.deepEqual(await page.evaluate("[...ran].sort()"), ["inline", "one", "two"]);
  if (await page.evaluate("'trustedTypes' in window")) {
    await holds(page, "refused.length > 0");
    assert.deepEqual(await page.evaluate("refused"), ["trusted-types-sink"]);
    assert.equal(await page.evaluate("ran.includes('three')"), false);
  }
});

test("modules load it where consentry/js is imported", async () => {
  const { page, errors } = await visit("/module");
  await page.click(`${prompt} button[value=accept]`);
  await holds(page, "ran.includes('one')");
  assert.deepEqual(ours(errors), []);
});

test('"wasm" does not load it, and nothing is allowed', async () => {
  const { page, requests } = await visit("/only-wasm");
  await holds(page, "window.consent");
  await sleep(500);
  await checkNothing(page);
  assert.ok(!asks(requests, "/consentry.engine.js"));
});

for (const path of ["/alone", "/old", "/module-without"])
  test(`${path}: without it nothing is allowed, and the page works`, async () => {
    const { page } = await visit(path);
    await holds(page, "window.consent");
    await sleep(500);
    await checkNothing(page);
  });

for (const [path, cause] of [
  ["/alone", /CompileError: .*TypeError: .* imported module: .*\/alone\/consentry\.engine\.js/s],
  ["/old", /CompileError: .*is of another build, 00000000, expected /s],
  ["/module-without", /CompileError/],
  ["/only-wasm", /CompileError/],
])
  test(`${path}: the console says why nothing is allowed, once`, needs("console"), async () => {
    const { errors } = await visit(path);
    for (let times = 0; times < 200 && !ours(errors).length; times++) await sleep(50);
    assert.equal(ours(errors).length, 1, errors.join("\n"));
    assert.match(ours(errors)[0], /nothing optional is allowed, no engine runs here: /);
    // Firefox's driver hands errors on as objects.
    if (engine.name !== "Firefox") assert.match(ours(errors)[0], cause);
  });
