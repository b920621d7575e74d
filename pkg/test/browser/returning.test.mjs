// What the page of a visitor who has answered does without the engine, and when it does not.
import assert from "node:assert/strict";
import { policy } from "../policy.mjs";
import { launch, open, serve, test } from "./launch.mjs";

// What differs from one load to the next stands behind the question mark of the page's address.
const start = `
var started = 0;
const { Module } = WebAssembly;
WebAssembly.Module = function (bytes) { started++; return new Module(bytes); };
const said = new URLSearchParams(location.search);
const now = Date.now;
Date.now = () => now() + Number(said.get("days")) * 864e5;
var consent = consentry.createConsent({ ...${JSON.stringify({ ...policy, regimes: undefined })}, version: Number(said.get("version") ?? policy_version) },
  { ...(said.has("gpc") && { gpc: true }), ...(said.has("region") && { region: said.get("region") }) });
var known = JSON.stringify(consent.decision.ids);`.replace("policy_version", policy.version);

const html = (first = "") => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Corner shop</title>${first}
<script src="/dist/consentry.min.js"></script></head><body><h1>Corner shop</h1><script src="/start.js"></script></body></html>`;

const browser = await launch();
const origin = await serve({
  "/": html(),
  "/no-storage": html('<script>Object.defineProperty(window, "localStorage", { get() { throw new Error("no"); } })</script>'),
  "/start.js": start,
});

const statuses = (page) => page.evaluate("Object.fromEntries(Object.entries(consent.decision.ids).map(([id, { status }]) => [id, status]))");

/** A visitor who has allowed everything, on the next page. */
async function answered() {
  const opened = await open(browser);
  await opened.page.goto(origin);
  await opened.page.evaluate("consent.accept()");
  await opened.page.goto(origin);
  return opened;
}

test("the engine is not started for who has answered, until they answer again", async () => {
  const { page, errors } = await answered();
  const granted = await statuses(page);
  assert.deepEqual([granted.statistics, granted.marketing], ["granted", "granted"]);
  // From then on no engine is needed.
  await page.goto(origin);
  await page.waitForFunction("document.readyState === 'complete'");
  assert.deepEqual([await statuses(page), await page.evaluate("started")], [granted, 0]);
  await page.evaluate(`consent.withdraw(["statistics"])`);
  assert.equal(await page.evaluate("started"), 1);
  const withdrawn = { ...granted, statistics: "denied", "log-analysis": "denied" };
  assert.deepEqual(await statuses(page), withdrawn);
  await page.goto(origin);
  assert.deepEqual([await statuses(page), await page.evaluate("started")], [withdrawn, 0]);
  assert.deepEqual(errors, []);
});

test("nothing is kept of who has not answered, or wants to be forgotten", async () => {
  const { page } = await open(browser);
  await page.goto(origin);
  await page.goto(origin);
  assert.deepEqual(await page.evaluate("[started, localStorage.length]"), [1, 0]);
  await page.evaluate("consent.reject()");
  await page.goto(origin);
  assert.equal(await page.evaluate("started"), 0);
  await page.evaluate("consent.forget()");
  assert.deepEqual(await page.evaluate("[document.cookie, Object.values(localStorage).join('')]"), ["", ""]);
});

test("what was said of another question is no answer: each differs from what was asked before in one thing", async () => {
  const { page } = await answered();
  const other = async (search) => {
    await page.goto(origin);
    await page.goto(origin);
    assert.equal(await page.evaluate("started"), 0, "asked before");
    await page.goto(`${origin}/?${search}`);
    assert.equal(await page.evaluate("started"), 1, search);
    const asked = await page.evaluate("known");
    // Where nothing is kept the engine decides alone.
    await page.goto(`${origin}/no-storage?${search}`);
    assert.equal(asked, await page.evaluate("known"), search);
    return JSON.parse(asked);
  };
  assert.equal((await other("days=1")).statistics.status, "granted");
  assert.equal((await other("days=400")).statistics.reason, "expired");
  assert.equal((await other(`version=${policy.version + 1}`)).necessary.status, "required");
  assert.equal((await other("region=US-CA")).statistics.status, "granted");
  await other("gpc");
});

test("another text of the cookie is another question, also beside the first", async () => {
  const { page } = await answered();
  for (const write of [
    (text) => (document.cookie = `privacy=${text.replaceAll("+", "-")}; path=/`),
    () => (document.cookie = "privacy=; path=/; max-age=0"),
    () => (document.cookie = "privacy=garbage; path=/"),
  ]) {
    await page.goto(origin);
    const text = await page.evaluate("document.cookie.split('privacy=')[1]");
    await page.evaluate(`(${write})(${JSON.stringify(text)})`);
    await page.goto(origin);
    const asked = await page.evaluate("known");
    // The page that was left may have asked already.
    assert.doesNotMatch(asked, /granted/, String(write));
    await page.goto(`${origin}/no-storage`);
    assert.equal(asked, await page.evaluate("known"));
    await page.evaluate(`document.cookie = "privacy=${text}; path=/"`);
  }
});
