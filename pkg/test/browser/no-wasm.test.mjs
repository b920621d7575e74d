// Pages whose Content-Security-Policy refuses WebAssembly: the engine in JavaScript stands in.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { policy } from "../policy.mjs";
import { launch, open, serve } from "./launch.mjs";

const html = (scripts) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Corner shop</title>
<script src="/ran.js"></script>${scripts}</head>
<body><h1>Corner shop</h1><a href="#end" id="link">A link</a> <button data-consent-open>Choices</button>
<script type="text/plain" data-consent="statistics" src="/one.js"></script></body></html>`;

const plain = (folder) =>
  html(`<script src="${folder}/consentry.min.js" defer></script><script src="/start.js" defer></script>`);
const strict = "default-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'; script-src ";
const page = (body, scripts = "'self'") => ({
  body,
  headers: { "content-security-policy": `${strict}${scripts}; connect-src 'self'; style-src 'self'` },
});

const browser = await launch();
const origin = await serve({
  "/wasm": page(plain("/dist"), "'self' 'wasm-unsafe-eval'"),
  "/js": page(plain("/dist")),
  "/module": page(html('<script type="module" src="/module.js"></script>')),
  "/module-without": page(html('<script type="module" src="/module-without.js"></script>')),
  "/by-address": page(
    html('<script src="/dist/consentry.min.js" data-policy="/policy.json" data-engine="js" defer></script>'),
  ),
  "/nonce": page(plain("/dist").replaceAll("<script src", "<script nonce=abc src"), "'nonce-abc'"),
  // The script by itself, without what should be beside it.
  "/alone": page(plain("/alone")),
  "/alone/consentry.min.js": await readFile(new URL("../../dist/consentry.min.js", import.meta.url), "utf8"),
  "/policy.json": JSON.stringify(policy),
  "/start.js": `window.consent = consentry.start(${JSON.stringify(policy)}); window.first = consent.decision.ids.statistics.reason;`,
  "/module.js": `import "/dist/js.js"; import("/module-without.js");`,
  "/module-without.js": `
    import { createConsent } from "/dist/index.js";
    import { mountBanner } from "/dist/banner.js";
    window.consent = createConsent(${JSON.stringify(policy)});
    mountBanner(consent);`,
  "/ran.js": "var ran = [];",
  "/one.js": 'ran.push("one");',
});

const prompt = "[data-cy=prompt]";
const gone = (page) => page.waitForSelector(prompt, { state: "detached" });
const ours = (errors) => errors.filter((text) => text.startsWith("consentry"));

/** A page with a clock that stands still, and all scripts it asked for. */
async function visit(path) {
  const opened = await open(browser);
  const asked = [];
  opened.page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await opened.page.addInitScript(() => {
    Date.now = () => 1_764_000_000_000;
    window.refused = [];
    addEventListener("securitypolicyviolation", (event) => refused.push(event.blockedURI));
  });
  await opened.page.goto(origin + path);
  return { ...opened, asked };
}

/** Asked from here: what waits inside the page is a string that its policy does not let it evaluate. */
async function until(page, expression) {
  for (let times = 0; times < 100; times++) {
    if (await page.evaluate(expression)) return;
    await page.waitForTimeout(50);
  }
  assert.fail(`never: ${expression}`);
}

async function cookiesAfter(path, value) {
  const { page, context, errors } = await visit(path);
  await page.click(`${prompt} button[value=${value}]`);
  await gone(page);
  if (value === "accept") await until(page, "ran.includes('one')");
  const cookies = (await context.cookies()).map(({ name, value }) => [name, value]);
  await page.reload();
  await until(page, "consent.decision.ids.statistics.reason !== 'unavailable'");
  assert.equal(await page.evaluate("consent.allows('statistics')"), value === "accept");
  assert.equal(await page.locator(prompt).count(), 0);
  if (value === "accept") await until(page, "ran.includes('one')");
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
  const { page, asked } = await visit("/js");
  await page.waitForSelector(prompt);
  assert.equal(await page.evaluate("first"), "unavailable");
  assert.ok(asked.includes("/dist/consentry.engine.js"));
});

test("where WebAssembly runs the engine in JavaScript is not loaded", async () => {
  const { page, asked } = await visit("/wasm");
  await page.waitForSelector(prompt);
  assert.equal(await page.evaluate("first"), "no-answer");
  assert.deepEqual(await page.evaluate("refused"), []);
  assert.ok(!asked.includes("/dist/consentry.engine.js"));
});

test("asked for by an attribute it is loaded without trying WebAssembly, and the policy is told of nothing", async () => {
  const { page, errors } = await visit("/by-address");
  await page.click(`${prompt} button[value=accept]`);
  await until(page, "ran.includes('one')");
  assert.deepEqual(await page.evaluate("refused"), []);
  assert.deepEqual(errors, []);
});

test("a nonce is enough", async () => {
  const { page, errors } = await visit("/nonce");
  await page.click(`${prompt} button[value=reject]`);
  await gone(page);
  assert.deepEqual(ours(errors), []);
});

test("modules load it where consentry/js is imported", async () => {
  const { page, errors } = await visit("/module");
  await page.click(`${prompt} button[value=accept]`);
  await until(page, "ran.includes('one')");
  assert.deepEqual(ours(errors), []);
});

for (const [path, cause] of [
  ["/alone", /CompileError: .*TypeError: .* imported module: .*\/alone\/consentry\.engine\.js/s],
  ["/module-without", /CompileError/],
])
  test(`${path}: without it nothing is allowed, the page works, and the console says why, once`, async () => {
    const { page, errors } = await visit(path);
    for (let times = 0; times < 100 && !ours(errors).length; times++) await page.waitForTimeout(50);
    assert.equal(await page.evaluate("consent.decision.ids.statistics.reason"), "unavailable");
    assert.equal(await page.evaluate("consent.allows('statistics')"), false);
    assert.equal(await page.locator(prompt).count(), 0);
    assert.deepEqual(await page.evaluate("ran"), []);
    assert.equal(ours(errors).length, 1, errors.join("\n"));
    assert.match(ours(errors)[0], /nothing optional is allowed, no engine runs here: /);
    assert.match(ours(errors)[0], cause);
    await page.click("#link");
    assert.match(page.url(), /#end$/);
  });
