// A service whose script cannot be told to stop: the page is reloaded once it is no longer allowed, and for nothing else.
import assert from "node:assert/strict";
import { until } from "./engines/page.mjs";
import { engine, launch, open, serve, test } from "./launch.mjs";

const policy = {
  id: "corner-shop",
  regimes: [{ id: "eu", kind: "opt-in" }],
  categories: [{ id: "statistics" }, { id: "marketing" }],
  services: [
    { id: "ads", category: "marketing", reload: true },
    { id: "videos", category: "marketing", own: true },
  ],
};

const html = (start) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Corner shop</title>
<script>sessionStorage.loads = Number(sessionStorage.loads ?? 0) + 1; var ran = [];</script>
<script src="/dist/consentry.min.js"></script></head><body><h1>Corner shop</h1><script>${start}</script>
<script type="text/plain" data-consent="ads">ran.push("ads")</script></body></html>`;

const starting = (options = "") => `var consent = consentry.start(${JSON.stringify(policy)}${options});`;
const browser = await launch();
const answers = [];
const origin = await serve({
  "/": html(starting()),
  "/server": html(starting(', { endpoint: "/answers" }')),
  "/answers": async (request, text) => {
    answers.push(JSON.parse(text));
    return release();
  },
  "/lost": html(`
    const { get } = Object.getOwnPropertyDescriptor(Document.prototype, "cookie");
    if (/privacy=/.test(document.cookie)) Object.defineProperty(Document.prototype, "cookie", { get, set() {}, configurable: true });
    ${starting()}`),
  "/kept": html(`var isShown = sessionStorage.loads > 1; Object.defineProperty(Document.prototype, "prerendering", { get: () => !isShown }); ${starting()}`),
});

/** What the server says of an answer. */
let release = () => ({ status: 500, body: "" });

const loads = (page) => page.evaluate("Number(sessionStorage.loads)");
const loaded = (page, count) => page.waitForFunction(`Number(sessionStorage.loads) === ${count} && document.readyState === "complete" && window.consent`);
const status = (page) => page.evaluate("consent.decision.ids.ads.status");
const visit = async (path = "/") => {
  const opened = await open(browser);
  await opened.page.goto(origin + path);
  return opened;
};
/** Time enough for a reload that must not come. */
const stays = async (page, count) => {
  await page.waitForTimeout(300);
  assert.equal(await loads(page), count);
};

test("a withdrawal reloads the page once, after which nothing of the service runs", async () => {
  const { page, errors } = await visit();
  await page.evaluate("consent.accept()");
  await page.waitForFunction("ran.length === 1");
  assert.equal(await loads(page), 1);
  await page.evaluate("void consent.withdraw()");
  await loaded(page, 2);
  assert.equal(await status(page), "denied");
  assert.deepEqual(await page.evaluate("ran"), []);
  await page.evaluate("consent.withdraw()");
  await stays(page, 2);
  assert.deepEqual(errors, []);
});

test("neither a first refusal, nor a grant, nor the withdrawal of anything else reloads", async () => {
  const { page } = await visit();
  await page.evaluate("consent.reject()");
  await page.evaluate("consent.save({ marketing: true, statistics: true })");
  await page.evaluate("consent.save({ videos: true })");
  await page.evaluate("consent.withdraw(['statistics', 'videos'])");
  await stays(page, 1);
  assert.equal(await status(page), "granted");
});

test("a page that finds it granted knows it as running, and the choices panel withdraws it too", async () => {
  const { page } = await visit();
  await page.evaluate("consent.accept()");
  await page.reload();
  await loaded(page, 2);
  await page.evaluate("consentry.openChoices(consent)");
  await page.click("[data-cy=choices] button[value=reject]");
  await loaded(page, 3);
  assert.equal(await status(page), "denied");
  await stays(page, 3);
});

test("every tab reloads, each once", async () => {
  const first = await visit();
  const second = await engine.openIn(first.context);
  await second.page.goto(origin);
  const pages = [first.page, second.page];
  await first.page.evaluate("consent.accept()");
  for (const page of pages) await page.waitForFunction("ran.length === 1");
  await first.page.evaluate("void consent.withdraw()");
  for (const page of pages) await loaded(page, 2);
  for (const page of pages) {
    await stays(page, 2);
    assert.equal(await status(page), "denied");
  }
});

test("a refusal that the browser does not store reloads nothing, and holds in the page", async () => {
  const { page } = await visit("/lost");
  await page.evaluate("consent.accept()");
  await page.reload();
  await loaded(page, 2);
  await page.evaluate("consent.withdraw().catch(() => {})");
  assert.equal(await status(page), "denied");
  await stays(page, 2);
});

test("with a server the page is reloaded when the refusal is stored, also by the page because the server fails", async () => {
  const { page } = await visit();
  await page.evaluate("consent.accept()");
  await page.goto(`${origin}/server`);
  await loaded(page, 2);
  let answer;
  release = () => new Promise((done) => (answer = () => done({ status: 500, body: "" })));
  await page.evaluate("void consent.withdraw().catch(() => {})");
  assert.equal(await status(page), "denied");
  await until("the answer at the server", async () => answer);
  await stays(page, 2);
  answer();
  await loaded(page, 3);
  assert.equal(await status(page), "denied");
  assert.equal(answers.length, 1);
});

test("a page that is only kept ready is not reloaded, and one that was shown since is", async () => {
  const shown = await visit();
  await shown.page.evaluate("consent.accept()");
  const kept = await engine.openIn(shown.context);
  // What a browser says of such a page, without one: few of them prerender where they are driven.
  await kept.page.goto(`${origin}/kept`);
  await kept.page.waitForFunction("consent.decision.ids.ads.status === 'granted'");
  await shown.page.evaluate("void consent.withdraw()");
  await loaded(shown.page, 2);
  await kept.page.waitForFunction("consent.decision.ids.ads.status === 'denied'");
  await stays(kept.page, 1);
  await shown.page.evaluate("consent.save({ marketing: true })");
  await kept.page.waitForFunction("consent.decision.ids.ads.status === 'granted'");
  assert.deepEqual(await kept.page.evaluate("ran"), []);
  await kept.page.evaluate("(isShown = true, document.dispatchEvent(new Event('prerenderingchange', { bubbles: true })))");
  await kept.page.waitForFunction("ran.length === 1");
  await shown.page.evaluate("void consent.withdraw()");
  await loaded(kept.page, 2);
});
