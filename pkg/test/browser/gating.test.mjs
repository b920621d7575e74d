// What waits for consent: when it comes into the page, in which order and as what it runs.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { policy } from "../policy.mjs";
import { until } from "./engines/page.mjs";
import { launch, open, serve, test } from "./launch.mjs";

const page = (body, head = "") => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Corner shop</title>
<script nonce="n">var ran = [];</script>${head}
<script nonce="n" src="/dist/consentry.min.js" defer></script>
<script nonce="n" defer src="/start.js"></script></head>
<body><h1>Corner shop</h1><div id="here"></div>${body}</body></html>`;

const waits = (text, attributes = "") =>
  `<script type="text/plain" data-consent="statistics" ${attributes}>${text}</script>`;

const kinds = page(`
${waits('ran.push("classic")')}
${waits("", 'src="/slow.js"')}
${waits('ran.push(import.meta.url ? "module" : "")', 'data-type="module"')}
${waits("", 'data-type="module" src="/module.js"')}
${waits("", 'async src="/async.js"')}
${waits("", 'src="/missing.js"')}
${waits('ran.push("last")')}`);

const browser = await launch();
const origin = await serve({
  "/": page(""),
  "/kinds": kinds,
  "/nonce": {
    body: page(
      waits('ran.push("mine")', 'nonce="n"') + waits('ran.push("no nonce")') + waits('ran.push("wrong")', 'nonce="m"'),
    ),
    headers: { "content-security-policy": "script-src 'nonce-n' 'wasm-unsafe-eval'" },
  },
  "/media": page('<video data-consent="videos"><source data-consent="videos" data-src="/film.mp4"></video>'),
  "/kinds-of-embeds": page(`
<img id="image" alt="" data-consent="videos" data-src="/gated/image.svg" data-srcset="/gated/image-2.svg 2x">
<picture><source id="source" data-consent="videos" data-srcset="/gated/source.svg"><img id="drawn" alt="" data-consent="videos" data-src="/gated/drawn.svg"></picture>
<video id="player" data-consent="videos" data-src="/gated/film.mp4" data-poster="/gated/poster.svg" preload="auto"></video>
<audio id="sound" data-consent="videos" data-src="/gated/sound.mp3" preload="auto"></audio>
<object id="thing" data-consent="videos" data-data="/gated/thing.html"></object>
<embed id="old" data-consent="videos" data-src="/gated/old.html">
<iframe id="frame" title="Frame" data-consent="videos" data-src="/gated/frame.html"></iframe>
<iframe id="document" title="Document" data-consent="videos" data-srcdoc="<p>Inside</p>" data-src="/gated/outside.html"></iframe>
<link id="sheet" rel="stylesheet" data-consent="videos" data-href="/gated/sheet.css">
<link id="hint" rel="preload" as="image" data-consent="videos" data-href="/gated/hint.svg" data-imagesrcset="/gated/hint-2.svg 1x">`),
  "/open": page('<p><a id="link" data-consent-open href="/elsewhere"><b>Privacy choices</b></a></p>'),
  // Without the engine in JavaScript beside the script.
  "/open-no-engine": {
    body: page('<p><a id="link" data-consent-open href="/elsewhere">Privacy choices</a></p>').replace("/dist/", "/alone/"),
    headers: { "content-security-policy": "script-src 'self' 'nonce-n'" },
  },
  "/alone/consentry.min.js": {
    body: await readFile(new URL("../../dist/consentry.min.js", import.meta.url)),
    headers: { "content-type": "text/javascript; charset=utf-8" },
  },
  "/elsewhere": "<!doctype html><title>Elsewhere</title>",
  "/start.js": `var consent = consentry.start(${JSON.stringify(policy)});`,
  "/slow.js": 'ran.push("slow");',
  "/module.js": 'ran.push("module file");',
  "/async.js": 'ran.push("async");',
});

const ran = (page) => page.evaluate("ran");
const later = (page, html) =>
  page.evaluate((html) => document.querySelector("#here").append(document.createRange().createContextualFragment(html)), html);

test("what comes later waits like the rest, and wakes once: alone, inside others, by its attribute", async () => {
  const { page, errors } = await open(browser);
  await page.goto(origin);
  await later(page, `<section>${waits('ran.push("inside")')}</section>${waits('ran.push("alone")')}`);
  await page.waitForTimeout(50);
  assert.deepEqual(await ran(page), []);
  await page.evaluate("consent.accept()");
  await page.waitForFunction("ran.length === 2");
  // Granted already: nothing has to be decided anew.
  await later(page, `<section>${waits('ran.push("after")')}</section><iframe title="v" data-consent="videos" data-src="about:blank?v"></iframe>`);
  await page.waitForFunction("ran.length === 3");
  assert.equal(await page.getAttribute("iframe", "src"), "about:blank?v");
  await later(page, '<img id="i" alt="" data-src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">');
  assert.equal(await page.getAttribute("#i", "src"), null);
  await page.evaluate(`document.querySelector("#i").dataset.consent = "statistics"`);
  await page.waitForSelector("#i[src]", { state: "attached" });
  await page.evaluate(`document.querySelector("#here").append(document.querySelector("section"))`);
  await page.waitForTimeout(50);
  assert.deepEqual(await ran(page), ["inside", "alone", "after"]);
  assert.deepEqual(errors, []);
});

test("a page that changes much is looked at only when something in wait comes, and never for what we did", async () => {
  const { page } = await open(browser);
  await page.goto(origin);
  await page.evaluate("consent.accept()");
  const looked = await page.evaluate(async () => {
    let times = 0;
    const { querySelectorAll } = Element.prototype;
    Element.prototype.querySelectorAll = function (...given) {
      times += given[0].includes("[data-consent]");
      return querySelectorAll.apply(this, given);
    };
    const frame = () => new Promise((done) => setTimeout(done, 20));
    const here = document.querySelector("#here");
    for (let i = 0; i < 50; i++) {
      here.append(document.createElement("p"));
      await null;
    }
    await frame();
    const idle = times;
    here.append(document.createRange().createContextualFragment('<script type="text/plain" data-consent="statistics">ran.push(1)</script>'.repeat(20)));
    await frame();
    return { idle, times, ran: ran.length };
  });
  assert.equal(looked.idle, 0);
  assert.equal(looked.ran, 20);
  // Once for each, and once to see that there is no more, for what was added and perhaps for what was put in its place.
  assert.ok(looked.times <= 24, `${looked.times} times`);
});

test("classic scripts run in document order, modules as modules, an async one when it likes, a missing one stops nobody", async () => {
  const { page } = await open(browser);
  await page.route("**/slow.js", async (route) => {
    await new Promise((done) => setTimeout(done, 200));
    await route.continue();
  });
  await page.goto(`${origin}/kinds`);
  await page.evaluate("consent.accept()");
  await page.waitForFunction("ran.length === 6");
  const order = (await ran(page)).filter((name) => name !== "async");
  const classic = order.filter((name) => !name.startsWith("module"));
  assert.deepEqual(classic, ["classic", "slow", "last"]);
  assert.ok(order.indexOf("module") > order.indexOf("slow"), order.join());
  assert.ok(order.indexOf("module file") < order.indexOf("last"), order.join());
});

test("the nonce goes along as a property: without it, or with a wrong one, the page's policy still refuses", async () => {
  const { page } = await open(browser);
  await page.goto(`${origin}/nonce`);
  await page.evaluate("consent.accept()");
  // Asked from here: what waits inside the page is a string that its policy does not let it evaluate.
  for (let times = 0; times < 20 && !(await ran(page)).length; times++) await page.waitForTimeout(50);
  await page.waitForTimeout(100);
  assert.deepEqual(await ran(page), ["mine"]);
  assert.equal(await page.evaluate("[...document.scripts].at(-1).getAttribute('nonce')"), "");
});

test("a player asks for a source that got its address later", async () => {
  const { page } = await open(browser);
  await page.goto(`${origin}/media`);
  const asked = page.waitForRequest("**/film.mp4");
  await page.evaluate("consent.accept()");
  await asked;
});

test("a script that is still being received does not run before all of it is there", async () => {
  let finish;
  const server = createServer((request, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.write(`<!doctype html><meta charset="utf-8"><script>var ran = []</script>
      <script src="${origin}/dist/consentry.min.js"></script><script src="${origin}/start.js"></script>
      <script>consent.accept()</script><p>${" ".repeat(2000)}</p>
      <script type="text/plain" data-consent="statistics">ran.push("begun");`);
    finish = () => response.end('ran.push("ended")</script>');
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const { page, errors } = await open(browser);
    await page.goto(`http://127.0.0.1:${server.address().port}`, { waitUntil: "commit" });
    await page.waitForFunction("document.querySelector('[data-consent]')");
    await page.evaluate("consent.save({ statistics: true })");
    await page.waitForTimeout(100);
    assert.deepEqual(await ran(page), []);
    finish();
    await page.waitForFunction("ran.length === 2");
    assert.deepEqual(errors, []);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test("every kind of embed waits with all its addresses, and gets them when it is granted, not before", async () => {
  const { page, requests } = await open(browser);
  const gated = () => requests.filter((url) => url.includes("/gated/"));
  await page.goto(`${origin}/kinds-of-embeds`);
  await page.evaluate("consent.save({ videos: false, statistics: true, marketing: true })");
  await page.waitForTimeout(200);
  assert.deepEqual(gated(), []);
  await page.evaluate("consent.save({ videos: true })");
  await page.waitForFunction("!document.querySelector('[data-consent]')");
  const addresses = await page.evaluate(() =>
    [...document.querySelectorAll("body [id]")].flatMap(({ id, attributes }) =>
      ["src", "srcset", "poster", "data", "srcdoc", "href", "imagesrcset"].filter((name) => attributes[name]).map((name) => `${id} ${name}=${attributes[name].value}`),
    ),
  );
  assert.deepEqual(addresses, [
    "image src=/gated/image.svg",
    "image srcset=/gated/image-2.svg 2x",
    "source srcset=/gated/source.svg",
    "drawn src=/gated/drawn.svg",
    "player src=/gated/film.mp4",
    "player poster=/gated/poster.svg",
    "sound src=/gated/sound.mp3",
    "thing data=/gated/thing.html",
    "old src=/gated/old.html",
    "frame src=/gated/frame.html",
    "document src=/gated/outside.html",
    "document srcdoc=<p>Inside</p>",
    "sheet href=/gated/sheet.css",
    "hint href=/gated/hint.svg",
    "hint imagesrcset=/gated/hint-2.svg 1x",
  ]);
  const wanted = ["image.svg", "source.svg", "film.mp4", "poster.svg", "sound.mp3", "thing.html", "old.html", "frame.html", "sheet.css", "hint-2.svg"];
  // Each by its name: some ask for both sizes of the image.
  const asked = (name) => gated().some((url) => url.endsWith(`/gated/${name}`));
  for (const name of wanted) await until(`${name} asked for`, async () => asked(name));
  // An address that another goes before is not asked for in the meantime.
  for (const name of ["hint.svg", "outside.html"]) assert.ok(!asked(name), name);
});

test("a link with data-consent-open opens the choices instead of leading away, from whatever is in it", async () => {
  const { page, errors } = await open(browser);
  await page.goto(`${origin}/open`);
  await page.evaluate("consent.accept()");
  await page.waitForSelector("[data-cy=prompt]", { state: "detached" });
  await page.click("#link b");
  await page.waitForSelector("dialog [data-cy=choices]");
  assert.match(await page.url(), /\/open$/);
  // One click on it takes back everything.
  await page.click("dialog button[value=reject]");
  await page.waitForSelector("dialog", { state: "detached" });
  assert.equal(await page.evaluate("consent.decision.ids.marketing.status"), "denied");
  assert.deepEqual(errors, []);
});

test("where nothing can be decided such a link leads where it says", async () => {
  const { page } = await open(browser);
  await page.goto(`${origin}/open-no-engine`);
  await page.click("#link");
  for (let times = 0; times < 100 && !/elsewhere$/.test(await page.url()); times++) await page.waitForTimeout(30);
  assert.match(await page.url(), /\/elsewhere$/);
});
