// A page without a server of ours: the plain script, a policy object, and nothing else.
import assert from "node:assert/strict";
import { policy } from "../policy.mjs";
import { holds, launch, open, serve, test } from "./launch.mjs";

const gated = `
<script type="text/plain" data-consent="statistics" src="/one.js"></script>
<script type="text/plain" data-consent="log-analysis">ran.push("two");</script>
<script type="text/plain" data-consent="marketing" src="/three.js"></script>
<script type="text/plain" data-consent="statistics" data-src="/four.js"></script>
<iframe title="Video" data-consent="videos" data-src="/video.html"></iframe>
<script type="text/plain" data-consent="nobody">ran.push("nobody");</script>`;

const html = (scripts) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Corner shop</title>
<script src="/ran.js"></script>${scripts}</head>
<body><h1>Corner shop</h1><a href="#end" id="link">A link</a> <button data-consent-open>Choices</button>${gated}</body>
</html>`;

const home = html('<script src="/dist/consentry.min.js" defer></script><script src="/start.js" defer></script>');
const shadowed = ["currentScript", "body", "head", "documentElement", "activeElement", "querySelector", "consentry"];
const images = shadowed.map((name) => `<img name="${name}" id="${name}" alt="">`).join("");

const withPolicy = (csp) => ({ body: home, headers: { "content-security-policy": csp } });

const browser = await launch();
const origin = await serve({
  "/": home,
  "/shadowed": home.replace("<h1>", `${images}<h1>`),
  "/by-address": html('<script src="/dist/consentry.min.js" data-policy="/policy.json" defer></script>'),
  "/strict": withPolicy(
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; frame-src 'self'; " +
      "require-trusted-types-for 'script'; trusted-types 'none'",
  ),
  "/policy.json": JSON.stringify(policy),
  "/start.js": `window.consent = consentry.start(${JSON.stringify(policy)});`,
  "/ran.js": `var ran = [], refused = [];
addEventListener("securitypolicyviolation", ({ blockedURI, violatedDirective, sample }) => {
  // Browsers ask for one by themselves.
  if (!blockedURI.endsWith("/favicon.ico")) refused.push(violatedDirective + " " + sample);
});`,
  "/one.js": 'ran.push("one");',
  "/three.js": 'ran.push("three");',
  "/four.js": 'ran.push("four");',
  "/video.html": "<!doctype html><title>Video</title>",
});

const prompt = "[data-cy=prompt]";
const ran = (page) => page.evaluate("ran");
const gone = (page) => page.waitForSelector(prompt, { state: "detached" });
const focused = (page) => page.evaluate("document.activeElement.cloneNode(false).outerHTML");

test("refusing is remembered: after a reload there is no banner and nothing has run", async () => {
  const { page, errors } = await open(browser);
  await page.goto(origin);
  await page.click(`${prompt} button[value=reject]`);
  await gone(page);
  await page.reload();
  assert.equal(await page.evaluate("consent.decision.ids.statistics.status"), "denied");
  assert.equal(await page.locator(prompt).count(), 0);
  assert.deepEqual(await ran(page), []);
  assert.deepEqual(errors, []);
});

test("accepting runs each gated script exactly once, in document order, and loads the embed", async () => {
  const { page, errors } = await open(browser);
  await page.goto(origin);
  assert.deepEqual(await ran(page), []);
  await page.click(`${prompt} button[value=accept]`);
  await gone(page);
  await page.waitForFunction("ran.length >= 4");
  await page.evaluate(`consent.save({ statistics: true })`);
  assert.deepEqual(await ran(page), ["one", "two", "three", "four"]);
  assert.equal(await page.getAttribute("iframe", "src"), "/video.html");
  await page.reload();
  await page.waitForFunction("ran.length >= 4");
  assert.deepEqual(await ran(page), ["one", "two", "three", "four"]);
  assert.equal(await page.locator(prompt).count(), 0);
  assert.deepEqual(errors, []);
});

test("settings: only what is ticked is granted", async () => {
  const { page, errors } = await open(browser);
  await page.goto(origin);
  await page.click(`${prompt} summary`);
  await page.check(`${prompt} input[value=marketing]`);
  await page.click(`${prompt} button[value=save]`);
  await gone(page);
  await page.waitForFunction("ran.length >= 1");
  assert.deepEqual(await ran(page), ["three"]);
  assert.equal(await page.evaluate("consent.allows('statistics')"), false);
  assert.deepEqual(errors, []);
});

test("the policy can be named by its address on the script tag", async () => {
  const { page, errors } = await open(browser);
  await page.goto(`${origin}/by-address`);
  await page.click(`${prompt} button[value=accept]`);
  await page.waitForFunction("ran.length >= 4");
  assert.deepEqual(errors, []);
});

test("a strict Content-Security-Policy with Trusted Types needs 'wasm-unsafe-eval' and nothing more", async () => {
  const { page } = await open(browser);
  await page.goto(`${origin}/strict`);
  assert.deepEqual(await page.evaluate("refused"), []);
  assert.notEqual(await page.evaluate(`getComputedStyle(document.querySelector("${prompt}")).position`), "static");
  await page.click(`${prompt} button[value=accept]`);
  // Asked from here: what waits inside the page is a string that its policy does not let it evaluate.
  await holds(page, "ran.includes('three')");
  // The inline script has no nonce, and a string may not become the address of a script: both stay refused.
  assert.deepEqual(await ran(page), ["one", "three"]);
});

test("everything works by the keyboard alone, and the focus is never lost or taken", async () => {
  const { page, errors } = await open(browser);
  await page.goto(origin);
  await page.waitForSelector(prompt);
  assert.match(await focused(page), /^<body/);

  // Enter on a box answers nothing by accident.
  await page.click(`${prompt} summary`);
  await page.focus(`${prompt} input[value=statistics]`);
  await page.keyboard.press("Enter");
  assert.equal(await page.locator(prompt).count(), 1);
  assert.equal(await page.evaluate("consent.decision.prompt.cause"), "first-visit");

  await page.focus("#link");
  for (let i = 0; i < 10 && !(await focused(page)).includes('value="reject"'); i++) await page.keyboard.press("Shift+Tab");
  assert.match(await focused(page), /value="reject"/);
  await page.keyboard.press("Enter");
  await gone(page);
  assert.match(await focused(page), /id="link"/);
  await page.waitForFunction(`[...document.querySelectorAll("[role=status]")].some((status) => status.textContent)`);

  // The choices open in a dialog that Esc closes without an answer; the focus goes back to what opened it.
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForSelector("dialog[open] [data-cy=choices]");
  await page.keyboard.press("Escape");
  await page.waitForSelector("dialog", { state: "detached" });
  assert.match(await focused(page), /data-consent-open/);
  assert.equal(await page.evaluate("consent.decision.ids.statistics.status"), "denied");
  assert.deepEqual(errors, []);
});

test("refusing everything in the choices acts at once and deletes the cookies", async () => {
  const { page, context, errors } = await open(browser);
  await page.goto(origin);
  await page.click(`${prompt} button[value=accept]`);
  await gone(page);
  await page.evaluate(`void ((document.cookie = "_ls=1"), (document.cookie = "basket=1"))`);
  await page.click("[data-consent-open]");
  await page.click("dialog button[value=reject]");
  await page.waitForSelector("dialog", { state: "detached" });
  assert.equal(await page.evaluate("consent.allows('statistics')"), false);
  assert.deepEqual((await context.cookies()).map(({ name }) => name).sort(), ["basket", "privacy"]);
  assert.deepEqual(errors, []);
});

test("markup that shadows the document's own names changes nothing", async () => {
  const { page } = await open(browser);
  await page.goto(`${origin}/shadowed`);
  await page.click(`${prompt} button[value=reject]`);
  await gone(page);
  assert.equal(await page.evaluate("consent.decision.ids.statistics.status"), "denied");
  assert.deepEqual(await ran(page), []);
});
