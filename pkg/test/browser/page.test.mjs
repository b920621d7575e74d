// The script of pages whose server runs consentry, over the markup such a server writes.
// The server's side is played here; what the real one does is tested where the example site is.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { until } from "./engines/page.mjs";
import { launch, needs, open, serve, submit, test } from "./launch.mjs";

const asset = (name) => readFileSync(new URL(`../../../src/server/assets/${name}`, import.meta.url), "utf8");
const script = asset("page.js");
/** Where the page's script looks for what it fetches. */
const live = `/privacy-choices${/\/assets\/live\.\w+\.js/.exec(script)[0]}`;
const address = "/privacy-choices/assets/page.js";
const tag = `<script src="${address}" defer></script>`;

const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Page</title><script>var ran = [];</script>
${tag}</head><body><a id="link" href="#end">A link</a>
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

/** The page with more said to its script. */
const pageWith = (attributes) => page.replace(tag, tag.replace(">", ` ${attributes}>`));

const browser = await launch();
let answered;
const sent = [];
const answer = (_, text) => {
  sent.push(JSON.parse(text));
  return { ...answered, headers: { "content-type": "application/json" } };
};
const pages = {
  [address]: script,
  [live]: asset("live.js"),
  "/video.html": "<!doctype html><title>Video</title>",
  "/privacy-choices": answer,
};
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

/** Opens the page of a server that has more, or other, addresses. */
async function visitOther(more = {}, html = page) {
  const origin = await serve({ ...pages, ...more, "/": html });
  const opened = await open(browser);
  await opened.page.goto(origin);
  sent.length = 0;
  answered = { status: 200, body: JSON.stringify(decision("denied", "denied")) };
  return opened;
}

test("what answers is fetched once, when a pointer or the focus comes near, and not before", async () => {
  const point = (selector) => (page) =>
    page.evaluate(`document.querySelector("${selector}").dispatchEvent(new PointerEvent("pointerover", { bubbles: true }))`);
  const focus = (selector) => (page) => page.focus(selector);
  for (const come of [point("#cy-title"), focus("[value=accept]"), focus("[data-cy=placeholder] button")]) {
    const { page, requests } = await visitOther();
    const times = () => requests.filter((url) => url.endsWith(live)).length;
    await focus("#link")(page);
    await point("#link")(page);
    await page.waitForTimeout(200);
    assert.equal(times(), 0);
    await come(page);
    await page.waitForFunction(`performance.getEntriesByName(new URL("${live}", location.href)).length`);
    await page.click("[value=reject]");
    await page.waitForSelector("[data-cy=prompt]", { state: "detached" });
    assert.equal(times(), 1);
  }
});

test("an answer that comes before what answers is given in place too, and the focus goes back", async () => {
  let send;
  const held = new Promise((resolve) => (send = resolve));
  const { page } = await visitOther({ [live]: () => held.then(() => asset("live.js")) });
  await page.evaluate("window.here = true");
  await page.focus("#link");
  await page.focus("[data-cy=prompt] [value=reject]");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(200);
  assert.equal(await count(page, "[data-cy=prompt]"), 1);
  send();
  await page.waitForSelector("[data-cy=prompt]", { state: "detached" });
  assert.deepEqual([sent.length, await page.evaluate("[here, document.activeElement.id]")], [1, [true, "link"]]);
});

test("where what answers cannot be had, the form is sent as without a script, with what was pressed", async () => {
  const answer = (_, text) => (sent.push(text), "<!doctype html><title>Answered</title>");
  const { page } = await visitOther({ [live]: { status: 503, body: "" }, "/privacy-choices": answer });
  await submit(page, "[data-cy=prompt] [value=reject]");
  assert.equal(await page.evaluate("document.title"), "Answered");
  assert.deepEqual(sent, ["policy=corner-shop&version=1&asked=statistics+videos&return=%2F&act=reject"]);
});

test("a page says why its answers reload it, but not one that is left while it fetches", needs("console"), async () => {
  let hold;
  const held = new Promise((resolve) => (hold = resolve));
  const { page, errors } = await visitOther({ [live]: () => held, "/other": "<!doctype html><title>Other</title>" });
  const { origin } = new URL(await page.url());
  const asked = page.waitForRequest(`**${live}`);
  await page.focus("[value=reject]");
  await asked;
  await page.goto(`${origin}/other`);
  await page.waitForTimeout(3500);
  assert.deepEqual(errors, []);
  hold({ status: 503, body: "" });
  await page.goto(origin);
  await page.focus("[value=reject]");
  await until("an error that says why", async () => errors.some((text) => text.includes("answers are sent with a reload")));
});

test("what is granted in the page holds for elements that come later", async () => {
  const { page } = await visitOther({}, pageWith('data-granted="videos"'));
  await page.evaluate(() => {
    const image = (id, of) => `<img id="${id}" alt="" data-consent="${of}" data-src="data:,">`;
    document.body.insertAdjacentHTML("beforeend", image("late", "videos") + image("not", "statistics"));
  });
  await page.waitForSelector("#late[src]", { state: "attached" });
  assert.equal(await page.getAttribute("#not", "src"), null);
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
  const counts = "<script>sessionStorage.loads = Number(sessionStorage.loads ?? 0) + 1;</script>";
  const tagged = pageWith(attributes).replace("<script>", counts + "<script>");
  const told = () => ({ ...answered, headers: { "content-type": "application/json" } });
  const origin = await serve({ ...pages, "/": tagged, "/privacy-choices/decision": told });
  answered = { status: 200, body: JSON.stringify(answer) };
  const opened = await open(browser);
  await opened.page.goto(origin);
  return { ...opened, loads: () => opened.page.evaluate("Number(sessionStorage.loads)") };
}

test("a service that says so reloads the page when the server no longer allows it, and no other does", async () => {
  const reload = await reloading('data-reload="statistics" data-granted="statistics"', decision("denied", "denied"));
  await reload.page.click("[data-cy=prompt] button[value=reject]");
  await reload.page.waitForFunction("Number(sessionStorage.loads) === 2 && document.readyState === 'complete'");
  for (const attributes of ['data-reload="statistics"', 'data-reload="videos"', 'data-granted="statistics"', ""]) {
    const { page, loads } = await reloading(attributes, decision("denied", "denied"));
    await page.click("[data-cy=prompt] button[value=reject]");
    await page.waitForSelector("[data-cy=prompt]", { state: "detached" });
    await page.waitForTimeout(200);
    assert.equal(await loads(), 1, attributes);
  }
});

test("what the server came to allow in the page counts as running", async () => {
  const { page, loads } = await reloading('data-reload="videos"', decision("denied", "granted", { prompt: null }));
  await page.click("[data-cy=placeholder] button[value=save]");
  await page.waitForSelector("iframe[src]", { state: "attached" });
  assert.equal(await loads(), 1);
  answered = { status: 200, body: JSON.stringify(decision("denied", "denied")) };
  await page.evaluate(`dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))`);
  await page.waitForFunction("Number(sessionStorage.loads) === 2");
});
