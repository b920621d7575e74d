// The script of pages whose server runs consentry, over the markup such a server writes.
// The server's side is played here; what the real one does is tested where the example site is.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { launch, open, serve, submit } from "./launch.mjs";

const script = readFileSync(new URL("../../../src/server/assets/page.js", import.meta.url), "utf8");

const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Page</title><script>var ran = [];</script>
<script src="/page.js" defer></script></head><body><a id="link" href="#end">A link</a>
<section class="cy-bar" data-cy="prompt" role="dialog" aria-labelledby="cy-title" lang="en">
<form method="post" action="/privacy-choices"><button hidden formmethod="dialog"></button>
<input type="hidden" name="policy" value="corner-shop"><input type="hidden" name="version" value="1">
<input type="hidden" name="asked" value="statistics videos"><input type="hidden" name="return" value="/">
<h2 class="cy-title" id="cy-title">Your choice</h2>
<button name="act" value="accept">Accept all</button><button name="act" value="reject">Refuse all</button>
<label><input type="checkbox" name="on" value="videos">Videos</label><button name="act" value="save">Save</button>
<p class="cy-status" role="status" data-saved="Saved!" data-failed="Not saved!"></p></form></section>
<div data-cy="placeholder" data-cy-for="videos"><form method="post" action="/privacy-choices">
<input type="hidden" name="policy" value="corner-shop"><input type="hidden" name="version" value="1">
<input type="hidden" name="asked" value="videos"><input type="hidden" name="on" value="videos">
<button name="act" value="save">Show</button><p class="cy-status" role="status"></p></form></div>
<iframe title="Video" data-consent="videos" data-src="/video.html"></iframe>
<script type="text/plain" data-consent="statistics">ran.push("statistics");</script></body></html>`;

const decision = (statistics, videos, more) => ({
  policy: "corner-shop",
  version: 1,
  ids: {
    necessary: { status: "required", reason: "necessary" },
    statistics: { status: statistics, reason: "chosen" },
    videos: { status: videos, reason: "chosen" },
  },
  prompt: null,
  notice: null,
  ...more,
});

const browser = await launch();
let answered;
const sent = [];
const answer = (_, text) => {
  sent.push(JSON.parse(text));
  return { ...answered, headers: { "content-type": "application/json" } };
};
const pages = { "/page.js": script, "/video.html": "<!doctype html><title>Video</title>", "/privacy-choices": answer };
const origin = await serve({ ...pages, "/": page });

/** Opens the page with a server that gives this answer, and collects what it is sent. */
async function visit(status, answer) {
  const opened = await open(browser);
  sent.length = 0;
  answered = { status, body: JSON.stringify(answer) };
  await opened.page.goto(origin);
  await opened.page.evaluate(() => {
    window.heard = [];
    document.addEventListener("consentry:change", ({ detail }) => heard.push(detail.ids.statistics.status));
  });
  return opened;
}

const count = (page, selector) => page.locator(selector).count();

test("an answer is given in place: no reload, the banner goes, what is granted comes alive", async () => {
  const { page, errors } = await visit(200, decision("granted", "denied"));
  await page.click("[value=accept]");
  await page.waitForSelector("[data-cy=prompt]", { state: "detached" });
  const asked = ["statistics", "videos"];
  assert.deepEqual(sent, [
    { policy: "corner-shop", version: 1, act: "accept", method: "banner", asked, on: [] },
  ]);
  assert.deepEqual(await page.evaluate("[heard, ran]"), [["granted"], ["statistics"]]);
  assert.equal(await page.getAttribute("iframe", "src"), null);
  assert.equal(await count(page, "[data-cy=placeholder]"), 1);
  await page.waitForFunction(`document.querySelector(":scope > body > [role=status]").textContent === "Saved!"`);
  assert.deepEqual(errors, []);
});

test("ticked boxes are sent as they are", async () => {
  const { page } = await visit(200, decision("denied", "granted"));
  await page.check("[name=on]");
  await page.click("[data-cy=prompt] [value=save]");
  await page.waitForSelector("[data-cy=placeholder]", { state: "detached" });
  assert.deepEqual(sent[0].on, ["videos"]);
  assert.equal(await page.getAttribute("iframe", "src"), "/video.html");
  assert.deepEqual(await page.evaluate("ran"), []);
});

test("a placeholder is answered in place while the banner stays", async () => {
  const prompt = { cause: "unanswered", ids: ["statistics"], changes: [] };
  const { page } = await visit(200, decision("undecided", "granted", { prompt }));
  await page.click("[data-cy=placeholder] button");
  await page.waitForSelector("[data-cy=placeholder]", { state: "detached" });
  assert.deepEqual(sent[0].asked, ["videos"]);
  assert.equal(await page.getAttribute("iframe", "src"), "/video.html");
  assert.equal(await count(page, "[data-cy=prompt]"), 1);
});

test("a failed answer leaves the banner open with a message, and nothing runs", async () => {
  const { page } = await visit(503, {});
  await page.click("[value=accept]");
  await page.waitForFunction(`document.querySelector("[data-cy=prompt] .cy-status").textContent === "Not saved!"`);
  assert.deepEqual(await page.evaluate("[heard, ran]"), [[], []]);
  answered = { body: JSON.stringify(decision("denied", "denied")) };
  await page.click("[value=reject]");
  await page.waitForSelector("[data-cy=prompt]", { state: "detached" });
});

test("a policy that moved on meanwhile is asked about on a fresh page", async () => {
  const prompt = { cause: "policy-changed", ids: ["statistics"], changes: [2] };
  const { page } = await visit(200, decision("undecided", "denied", { version: 2, prompt }));
  await submit(page, "[value=accept]");
  assert.deepEqual(await page.evaluate("ran"), []);
});

test("a form that would send the answer elsewhere does not", async () => {
  const { page } = await visit(200, decision("granted", "granted"));
  const elsewhere = await serve({ "/privacy-choices": answer });
  await page.evaluate(`document.querySelector("form").setAttribute("action", "${elsewhere}/privacy-choices")`);
  await page.click("[value=accept]");
  await page.waitForFunction(`document.querySelector("[data-cy=prompt] .cy-status").textContent === "Not saved!"`);
  assert.deepEqual([sent, await page.evaluate("ran")], [[], []]);
});

/** The page of a server that says which services reload one, and which of them run in it. */
async function reloading(attributes, answer) {
  const tagged = page.replace('<script src="/page.js" defer>', `<script>sessionStorage.loads = Number(sessionStorage.loads ?? 0) + 1;</script><script src="/page.js" defer ${attributes}>`);
  const told = () => ({ ...answered, headers: { "content-type": "application/json" } });
  const origin = await serve({ ...pages, "/": tagged, "/page.js/decision": told });
  answered = { status: 200, body: JSON.stringify(answer) };
  const opened = await open(browser);
  await opened.page.goto(origin);
  return { ...opened, loads: () => opened.page.evaluate("Number(sessionStorage.loads)") };
}

test("a service that says so reloads the page when the server no longer allows it, and no other does", async () => {
  const reload = await reloading('data-reload="statistics" data-running="statistics"', decision("denied", "denied"));
  await reload.page.click("[data-cy=prompt] button[value=reject]");
  await reload.page.waitForFunction("Number(sessionStorage.loads) === 2 && document.readyState === 'complete'");
  for (const attributes of ['data-reload="statistics" data-running=""', 'data-reload="videos" data-running=""', ""]) {
    const { page, loads } = await reloading(attributes, decision("denied", "denied"));
    await page.click("[data-cy=prompt] button[value=reject]");
    await page.waitForSelector("[data-cy=prompt]", { state: "detached" });
    await page.waitForTimeout(200);
    assert.equal(await loads(), 1, attributes);
  }
});

test("what the server came to allow in the page counts as running", async () => {
  const { page, loads } = await reloading('data-reload="videos" data-running=""', decision("denied", "granted", { prompt: null }));
  await page.click("[data-cy=placeholder] button[value=save]");
  await page.waitForSelector("iframe[src]", { state: "attached" });
  assert.equal(await loads(), 1);
  answered = { status: 200, body: JSON.stringify(decision("denied", "denied")) };
  await page.evaluate(`dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))`);
  await page.waitForFunction("Number(sessionStorage.loads) === 2");
});
