// A GPC signal against what the visitor had allowed: told once, overridden explicitly or not at all.
import assert from "node:assert/strict";
import { policy } from "../policy.mjs";
import { launch, open, serve, submit, test } from "./launch.mjs";
import { decisionOf, startSite } from "./site-server.mjs";

const browser = await launch();
const notice = "[data-cy=notice]";
const allow = 'form:has([value="gpc-override"]) button[value=save]';
const leave = `${notice} button[value=acknowledge]`;

const overridden = { status: "granted", reason: "gpc-override" };
const denied = { status: "denied", reason: "gpc" };

async function granted(t, options) {
  const origin = await startSite(t);
  const opened = await open(browser, options);
  const { page, context } = opened;
  const california = `${origin}/?region=US-CA`;
  await page.goto(`${origin}/privacy-choices?region=US-CA`);
  await submit(page, "[data-cy=choices] button[value=accept]");
  await context.setExtraHTTPHeaders({ "sec-gpc": "1" });
  const marketing = async () => (await decisionOf(context, origin, "?region=US-CA")).ids.marketing;
  return { ...opened, origin, california, marketing };
}

for (const javaScriptEnabled of [true, false])
  test(`a conflict is told and overridden on a site with a server, ${javaScriptEnabled ? "with" : "without"} script`, async (t) => {
    const { page, california, marketing, errors } = await granted(t, { javaScriptEnabled });
    await page.goto(california);
    assert.match(await page.textContent(notice), /Your browser asks us to keep this off, even if you allowed it:.*Offers and media, Videos/);
    assert.equal(await page.locator(leave).count(), 1);
    assert.deepEqual(await marketing(), denied);
    if (javaScriptEnabled) {
      await page.click(`${notice} ${allow}`);
      await page.waitForSelector(notice, { state: "detached" });
    } else await submit(page, `${notice} ${allow}`);
    assert.deepEqual(await marketing(), overridden);
    await page.goto(california);
    assert.equal(await page.locator(allow).count(), 0);
    assert.deepEqual(errors, []);
  });

test("a conflict left as it is stays off, and the choices page offers to override it", async (t) => {
  const { page, origin, california, marketing, errors } = await granted(t);
  await page.goto(california);
  await page.click(leave);
  await page.waitForSelector(notice, { state: "detached" });
  assert.deepEqual(await marketing(), denied);
  await page.goto(california);
  assert.match(await page.textContent(notice), /We honour it/);
  assert.equal(await page.locator(allow).count(), 0);
  await page.goto(`${origin}/privacy-choices?region=US-CA`);
  await submit(page, allow);
  assert.deepEqual(await marketing(), overridden);
  assert.deepEqual(errors, []);
});

async function staticPage() {
  let signal = false;
  const start = `window.consent = consentry.start(${JSON.stringify(policy)}, { region: "US-CA" });`;
  const origin = await serve({
    "/": `<!doctype html><html lang="en"><meta charset="utf-8"><title>Corner shop</title>
<script src="/browser.js"></script>
<script src="/dist/consentry.min.js" defer></script><script src="/start.js" defer></script>
<body><button data-consent-open>Choices</button></body></html>`,
    "/start.js": start,
    // No engine can change its own signal while it runs.
    "/browser.js": () => `Object.defineProperty(navigator, "globalPrivacyControl", { value: ${signal} });`,
  });
  const opened = await open(browser);
  const { page, context } = opened;
  await page.goto(origin);
  await page.evaluate("consent.save({ marketing: true, videos: true })");
  signal = true;
  const marketing = () => page.evaluate("consent.decision.ids.marketing");
  return { ...opened, origin, marketing };
}

test("a conflict is told and overridden on a page without a server", async () => {
  const { page, origin, marketing, errors } = await staticPage();
  await page.goto(origin);
  assert.deepEqual(await page.evaluate("consent.decision.notice.conflict"), ["marketing", "videos"]);
  assert.match(await page.textContent(notice), /even if you allowed it:.*Marketing, Videos/);
  assert.deepEqual(await marketing(), denied);
  await page.click(`${notice} ${allow}`);
  await page.waitForFunction("consent.allows('marketing') && consent.allows('videos')");
  await page.reload();
  assert.deepEqual(await marketing(), overridden);
  assert.equal(await page.locator(notice).count(), 0);
  assert.deepEqual(errors, []);
});

test("without a server too a conflict left as it is stays off, and the choices offer to override it", async () => {
  const { page, origin, marketing, errors } = await staticPage();
  await page.goto(origin);
  await page.click(leave);
  await page.waitForFunction("!consent.decision.notice.conflict.length");
  await page.reload();
  assert.deepEqual(await marketing(), denied);
  assert.equal(await page.locator(allow).count(), 0);
  await page.click("[data-consent-open]");
  await page.click(`dialog ${allow}`);
  await page.waitForSelector("dialog", { state: "detached" });
  assert.deepEqual(await marketing(), overridden);
  await page.reload();
  assert.deepEqual(await marketing(), overridden);
  assert.deepEqual(errors, []);
});
