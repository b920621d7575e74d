// What a page knows of the answers given elsewhere: in other tabs, before it came back, before it was shown.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { policy } from "../policy.mjs";
import { engine, launch, needs, open, serve, test } from "./launch.mjs";
import { spawn } from "./processes.mjs";

const html = (more = "") => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Corner shop</title>
<script src="/dist/consentry.min.js"></script>${more}</head>
<body><h1>Corner shop</h1><script src="/start.js"></script>
<script type="text/plain" data-consent="statistics">ran.push("shown")</script>
</body></html>`;

const browser = await launch();
const remembering = await launch({ backForwardCache: true });
const origin = await serve({
  "/": html(),
  "/other": html(),
  "/no-channel": html().replace("<title>", "<script>delete globalThis.BroadcastChannel</script>$&"),
  "/start.js": `var ran = [], heard = [], times = [];
    addEventListener("consentry:change", ({ detail }) => {
      heard.push([detail.before.ids.statistics.status, detail.ids.statistics.status]);
      times.push(Date.now());
    });
    var consent = consentry.start(${JSON.stringify({ ...policy, regimes: [{ id: "eu", kind: "opt-in" }] })});
`,
});

const status = (page, id = "statistics") => page.evaluate(`consent.decision.ids["${id}"].status`);
const says = (page, wanted, id = "statistics") =>
  page.waitForFunction(`consent.decision.ids["${id}"].status === "${wanted}"`);

async function tabs(count) {
  const first = await open(browser);
  const all = [first, ...(await Promise.all(Array.from({ length: count - 1 }, () => engine.openIn(first.context))))];
  await Promise.all(all.map(({ page }) => page.goto(origin)));
  return { pages: all.map(({ page }) => page), errors: () => all.flatMap(({ errors }) => errors) };
}

/** Lets pages do something at the same moment: each is told beforehand, for a driver may lead one after the other. */
async function atOnce(pages, act) {
  const at = Date.now() + 100 + 50 * pages.length;
  const schedule = (page, place) =>
    page.evaluate(
      ([at, answer]) => {
        window.given = false;
        setTimeout(() => {
          while (Date.now() < at);
          consent.save(answer).then(() => (window.given = true));
        }, at - Date.now() - 20);
      },
      [at, act(place)],
    );
  await Promise.all(pages.map(schedule));
  await Promise.all(pages.map((page) => page.waitForFunction("given")));
}

test("eight tabs agree within a second, also on a withdrawal, and every one tells its page", async () => {
  const { pages, errors } = await tabs(8);
  await pages[3].evaluate("consent.accept()");
  await Promise.all(pages.map((page) => says(page, "granted")));
  await pages[6].evaluate(`consent.withdraw(["statistics"])`);
  await Promise.all(pages.map((page) => says(page, "denied")));
  // Each page notes when it knew: a driver is slower than that.
  const times = await Promise.all(pages.map((page) => page.evaluate("times")));
  for (const place of [0, 1]) {
    const each = times.map((known) => known[place]);
    assert.ok(Math.max(...each) - Math.min(...each) < 1000, JSON.stringify(times));
  }
  for (const page of pages) {
    assert.deepEqual(await page.evaluate("heard"), [["undecided", "granted"], ["granted", "denied"]]);
    assert.equal(await status(page, "marketing"), "granted");
    assert.equal(await page.locator("[data-cy=prompt]").count(), 0);
    assert.deepEqual(await page.evaluate("ran"), ["shown"]);
  }
  assert.deepEqual(errors(), []);
});

test("tabs that answer all at once agree, and no refusal is lost", async () => {
  const { pages, errors } = await tabs(8);
  const ids = ["preferences", "statistics", "marketing", "videos"];
  for (let round = 0; round < 12; round++) {
    await pages[0].evaluate(`consent.save({ preferences: true, statistics: true, marketing: true, videos: true })`);
    await Promise.all(pages.map((page) => Promise.all(ids.map((id) => says(page, "granted", id)))));
    // Three tabs refuse an id each at the same moment, the rest grant another one once more.
    await atOnce(pages, (place) => ({ [ids[Math.min(place, 3)]]: place >= 3 }));
    await Promise.all(pages.map((page) => Promise.all(ids.slice(0, 3).map((id) => says(page, "denied", id))))).catch(() => {});
    for (const page of pages)
      assert.deepEqual(
        await page.evaluate((ids) => ids.map((id) => consent.decision.ids[id].status), ids),
        ["denied", "denied", "denied", "granted"],
        `round ${round}`,
      );
  }
  assert.deepEqual(errors(), []);
});

test("of two answers at once about one id the later holds in both tabs, at equal times the refusal", async () => {
  const { pages } = await tabs(3);
  const watcher = pages.pop();
  await watcher.evaluate(() => {
    window.told = [];
    window.channel = new BroadcastChannel("consentry");
    channel.onmessage = ({ data }) => told.push(data[0]);
  });
  let even = 0;
  for (let round = 0; round < 20; round++) {
    await watcher.evaluate("told.length = 0");
    const answers = round % 2 ? [false, true] : [true, false];
    await atOnce(pages, (place) => ({ statistics: answers[place] }));
    await watcher.waitForFunction(`["+", "-"].every((mark) => told.some((text) => text.includes(mark + "statistics")))`);
    await watcher.waitForTimeout(200);
    const told = await watcher.evaluate("told");
    const [granted, denied] = ["+", "-"].map((mark) => {
      const text = told.find((text) => text.includes(`${mark}statistics`));
      return Number(text.split(".")[3]);
    });
    even += granted === denied;
    const wanted = granted > denied ? "granted" : "denied";
    // Now or, on a slow machine, a little later.
    await Promise.all([...pages, watcher].map((page) => says(page, wanted))).catch(() => {});
    const found = await Promise.all([...pages, watcher].map((page) => status(page)));
    assert.deepEqual(found, [wanted, wanted, wanted], `round ${round}: ${JSON.stringify(told)}`);
  }
  console.log(`${even} of 20 rounds at equal times`);
});

test("without a channel a tab knows as soon as somebody looks at it", async () => {
  const first = await open(browser);
  const second = await engine.openIn(first.context);
  await Promise.all([first, second].map(({ page }) => page.goto(`${origin}/no-channel`)));
  await first.page.evaluate("consent.accept()");
  await second.page.waitForTimeout(100);
  assert.equal(await status(second.page), "undecided");
  await second.page.evaluate(`void dispatchEvent(new Event("focus"))`);
  await says(second.page, "granted");
});

test("a page from the back/forward cache knows what was answered meanwhile", async () => {
  const { page, context, errors } = await open(remembering);
  await page.goto(origin);
  await page.evaluate(
    `void (consent.accept(), window.kept = true, addEventListener("pageshow", ({ persisted }) => (window.persisted = persisted)))`,
  );
  await page.goto(`${origin}/other`);
  await page.evaluate(`consent.withdraw(["statistics"])`);
  await page.evaluate("void setTimeout(() => history.back())");
  await page.waitForFunction(`location.pathname === "/" && window.persisted !== undefined`);
  // What was in memory is there still: the page was not loaded again.
  assert.equal(await page.evaluate("window.kept && window.persisted"), true);
  assert.equal(await status(page), "denied");
  assert.deepEqual((await page.evaluate("heard")).at(-1), ["granted", "denied"]);
  // And it hears and is heard again.
  const other = await engine.openIn(context);
  await other.page.goto(origin);
  await other.page.evaluate("consent.save({ statistics: true })");
  await says(page, "granted");
  await page.evaluate("consent.withdraw()");
  await says(other.page, "denied");
  assert.deepEqual(errors, []);
});

test("a prerendered page asks nobody, runs nothing and writes nothing until it is shown", needs("prerender"), async () => {
  // A browser that a test drives gives prerendering up, so this one is left alone and its pages say what they see.
  const said = [];
  const reports = createServer((request, response) => {
    said.push(decodeURIComponent(request.url.slice(2)));
    response.writeHead(204, { "access-control-allow-origin": "*" }).end();
  }).listen(0, "127.0.0.1");
  await once(reports, "listening");
  const report = `(...words) => fetch("http://127.0.0.1:${reports.address().port}/?" + encodeURIComponent(words.join(" ")))`;
  const start = (gpc) => `<script>
    Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { get: () => ${gpc} });
    var ran = [], report = ${report};
    var look = () => [document.cookie.includes("-marketing") ? "stored" : "unstored", document.querySelectorAll("[data-cy]").length, ran.length].join();
  </script><script src="/dist/consentry.min.js"></script>`;
  const policyOf = JSON.stringify({ ...policy, regimes: [{ id: "us-ca", kind: "opt-out", gpc: "honour" }] });
  const body = `<body><script>var consent = consentry.start(${policyOf})</script>
    <script type="text/plain" data-consent="statistics">ran.push(1)</script>`;
  const site = await serve({
    "/a": `<!doctype html><meta charset="utf-8">
      <script type="speculationrules">{"prerender":[{"source":"list","urls":["/b"],"eagerness":"immediate"}]}</script>
      <script>setTimeout(() => (location.href = "/b"), 3000)</script>`,
    "/b": `<!doctype html><html><head><meta charset="utf-8">${start(true)}</head>${body}<script>
      addEventListener("load", () => {
        report("hidden", document.prerendering, look());
        document.addEventListener("prerenderingchange", () => setTimeout(() => report("shown", look()), 200));
        if (!document.prerendering) report("was never hidden");
      });
    </script>`,
  });
  const profile = await mkdtemp(join(tmpdir(), "consentry-"));
  const args = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", `--user-data-dir=${profile}`];
  const own = spawn(process.env.CHROMIUM ?? "/usr/bin/chromium", [...args, "--remote-debugging-port=0", `${site}/a`], { stdio: "ignore" });
  try {
    const until = async (start) => {
      for (let times = 0; times < 150; times++) {
        const found = said.find((line) => line.startsWith(start));
        if (found) return found;
        await new Promise((done) => setTimeout(done, 100));
      }
      assert.fail(`${start}: heard only ${JSON.stringify(said)}`);
    };
    assert.equal(await until("hidden"), "hidden true unstored,0,0");
    assert.equal(await until("shown"), "shown stored,1,1");
  } finally {
    const gone = once(own, "exit");
    own.kill();
    await gone;
    reports.close();
    reports.closeAllConnections();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});
