// What stands in the place of an embed that waits, and what its buttons do.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { policy } from "../policy.mjs";
import { launch, needs, open, serve, test } from "./launch.mjs";

const told = {
  ...policy,
  services: [
    ...policy.services.filter(({ id }) => id !== "videos"),
    { id: "videos", category: "marketing", own: true, name: "Videos", purpose: "Show our films.", facts: ["Recipients: Films Ltd"] },
    { id: "maps", category: "marketing", name: "Maps" },
  ],
};

const html = (body, { head = "", start = "/start.js", lang = "en" } = {}) => `<!doctype html>
<html lang="${lang}"><head><meta charset="utf-8"><title>Corner shop</title><link rel="stylesheet" href="/dist/banner.css">
<link rel="stylesheet" href="/page.css">${head}<script type="module" src="${start}"></script></head>
<body><h1>Corner shop</h1><p><button id="first">First</button></p>${body}<p id="after">After</p></body></html>`;

const start = (more = "", options = "", chosen = told) => `
import { createConsent } from "/dist/index.js";
import { gateElements, mountBanner, openChoices } from "/dist/banner.js";
import { showPlaceholders } from "/dist/placeholders.js";
window.consent = createConsent(${JSON.stringify(chosen)}${options});
window.openChoices = openChoices;
${more || "gateElements(consent); window.stop = showPlaceholders(consent);"}
window.ready = true;`;

const theirs = await serve({ "/film": "<!doctype html><title>Film</title><button>Play</button>", "/map": "<!doctype html><title>Map</title>" });
const { host } = new URL(theirs);
const film = `<iframe id="film" title="Our shop" width="560" height="315" data-consent="videos" data-src="${theirs}/film"></iframe>`;
const other = `<iframe id="other" title="Again" data-consent="videos" data-src="${theirs}/film"></iframe>`;
const map = `<iframe id="map" title="How to find us" data-consent="maps" data-src="${theirs}/map"></iframe>`;

const kinds = `
<div class="ratio">${film.replace('width="560" height="315"', "")}</div>
<div class="flex"><span>Left</span><video id="player" controls><source data-consent="videos" data-src="${theirs}/a.mp4"></video></div>
<img id="photo" alt="Our street" width="320" height="200" data-consent="videos" data-src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 5'/>">
<picture><source data-consent="videos" data-srcset="${theirs}/b.png"><img id="drawn" alt="" width="64" height="64" data-consent="videos" data-src="${theirs}/c.png"></picture>
<object id="thing" width="200" height="100" data-consent="videos" data-data="${theirs}/film"></object>
<embed id="old" width="200" height="100" data-consent="videos" data-src="${theirs}/map">
<img id="pixel" alt="" width="1" height="1" data-consent="videos" data-src="${theirs}/f.png">
<img id="unsized" alt="" data-consent="videos" data-src="${theirs}/g.png">
<iframe id="hidden" title="" hidden data-consent="videos" data-src="${theirs}/h"></iframe>
<iframe id="nobody" title="" data-consent="nobody" data-src="${theirs}/i"></iframe>`;

const browser = await launch();
const origin = await serve({
  "/": html(film + other + map),
  "/kinds": html(kinds),
  "/player": html(`<video id="player" controls data-consent="videos" data-poster="${theirs}/p.png"><source data-consent="videos" data-src="${theirs}/a.mp4"></video>`),
  "/strict": {
    body: html(film),
    headers: {
      "content-security-policy": `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; frame-src ${theirs}; require-trusted-types-for 'script'`,
    },
  },
  "/no-wasm": { body: html(film), headers: { "content-security-policy": "script-src 'self'" } },
  "/arabic": html(film, { start: "/arabic.js", lang: "ar" }),
  "/gpc": html(film, { start: "/gpc.js" }),
  "/gpc-fixed": html(film, { start: "/gpc-fixed.js" }),
  "/served": html(`<div data-cy="placeholder" data-cy-for="videos"><form></form></div>${film}`),
  "/banner": html(film, { start: "/banner.js" }),
  "/page.css": ".ratio{width:50%}.ratio iframe{width:100%;height:auto;aspect-ratio:16/9;border:0}.flex{display:flex;gap:1rem}.flex video{flex:1;margin:8px}",
  "/start.js": start(),
  "/banner.js": start("mountBanner(consent); showPlaceholders(consent);"),
  "/arabic.js": start('const { default: words } = await import("/dist/words/ar.js"); gateElements(consent); showPlaceholders(consent, { words });', "", { ...told, locale: "ar" }),
  "/gpc.js": start("", ', { region: "US-CA", gpc: true }'),
  "/gpc-fixed.js": start("", ', { region: "US-XX", gpc: true }', {
    ...told,
    regimes: [{ id: "fixed", kind: "opt-out", regions: ["US-XX"], gpc: "honour" }],
  }),
});

const visit = async (path = "/", options) => {
  const opened = await open(browser, options);
  await opened.page.goto(origin + path);
  await opened.page.waitForFunction("window.ready");
  return { ...opened, loads: () => opened.requests.filter((url) => url.startsWith(theirs)) };
};
const boxOf = (id) => `.cy-embed:has(+ #${id})`;
const button = (id, act) => `${boxOf(id)} button[value=${act}]`;
const src = (page, id) => page.getAttribute(`#${id}`, "src");
const cookie = (page) => page.evaluate("document.cookie");
const status = (page, id = "videos") => page.evaluate(`consent.decision.ids["${id}"].status`);

test("a placeholder says what is missing, why, and whom it would load from", async () => {
  const { page, errors, loads } = await visit();
  const says = (await page.textContent(boxOf("film"))).replace(/\s+/g, " ");
  for (const part of ["This waits for your consent: Videos", "Our shop", `Marketing · ${host}`, "Show our films.", "Recipients: Films Ltd"])
    assert.ok(says.includes(part), `${part}: ${says}`);
  assert.match(await page.textContent(boxOf("map")), /Maps.*How to find us.*Show what may interest you\./s);
  assert.equal(await page.getAttribute(`${boxOf("film")} > div`, "role"), "group");
  const named = await page.evaluate(
    (box) => {
      const group = document.querySelector(box).firstElementChild;
      const text = (id) => document.getElementById(id).textContent.replace(/\s+/g, " ").trim();
      return [text(group.getAttribute("aria-labelledby")), ...[...group.querySelectorAll("button")].map((button) => `${button.textContent} ${text(button.getAttribute("aria-describedby"))}`)];
    },
    boxOf("film"),
  );
  const waits = "This waits for your consent: Videos";
  assert.deepEqual(named, [waits, `Allow once ${waits}`, `Always allow ${waits}`]);
  assert.deepEqual(loads(), []);
  assert.deepEqual(errors, []);
});

test("allow once wakes this one embed, stores nothing, and is gone with the page", async () => {
  const { page, errors } = await visit();
  const before = await cookie(page);
  await page.click(button("film", "once"));
  assert.equal(await src(page, "film"), `${theirs}/film`);
  assert.equal(await page.evaluate("document.activeElement.id"), "film");
  assert.equal(await page.getAttribute("#film", "tabindex"), null);
  assert.equal(await page.locator(boxOf("film")).count(), 0);
  assert.equal(await src(page, "other"), null);
  assert.equal(await src(page, "map"), null);
  assert.equal(await page.locator(boxOf("other")).count(), 1);
  assert.equal(await status(page), "undecided");
  assert.equal(await cookie(page), before);
  await page.reload();
  await page.waitForFunction("window.ready");
  assert.equal(await src(page, "film"), null);
  assert.equal(await page.locator(boxOf("film")).count(), 1);
  assert.deepEqual(errors, []);
});

test("always allow is an answer like any other: it is stored, and everything of that id wakes", async () => {
  const { page, errors } = await visit();
  await page.click(button("film", "always"));
  await page.waitForSelector("#other[src]", { state: "attached" });
  assert.equal(await src(page, "film"), `${theirs}/film`);
  assert.equal(await src(page, "map"), null);
  assert.equal(await status(page), "granted");
  assert.equal(await status(page, "marketing"), "undecided");
  assert.equal(await page.evaluate("document.activeElement.id"), "film");
  await page.waitForFunction("[...document.querySelectorAll('[role=status]')].some(({ textContent }) => textContent === 'Your choice is saved.')");
  await page.reload();
  await page.waitForSelector("#film[src]", { state: "attached" });
  assert.equal(await page.locator(".cy-embed").count(), 1);
  // A service without a switch of its own is its category's.
  await page.click(button("map", "always"));
  await page.waitForSelector("#map[src]", { state: "attached" });
  assert.equal(await status(page, "marketing"), "granted");
  assert.deepEqual(errors, []);
});

test("the keyboard does it all, and the focus goes to the embed", async () => {
  const { page } = await visit();
  await page.focus("#first");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate("document.activeElement.value"), "once");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate("document.activeElement.value"), "always");
  await page.keyboard.press("Enter");
  await page.waitForFunction("document.activeElement.id === 'film'");
});

test("what was allowed once goes back when it is refused afterwards, also where nothing else changes by that", async () => {
  const { page } = await visit();
  await page.evaluate("consent.reject()");
  await page.click(button("film", "once"));
  await page.click(button("map", "once"));
  assert.equal(await status(page), "denied");
  // What is about something else leaves it alone.
  await page.evaluate("consent.save({ statistics: true })");
  await page.waitForTimeout(50);
  assert.equal(await src(page, "film"), `${theirs}/film`);
  await page.evaluate("document.querySelector('#film').dataset.mine = 'kept'");
  await page.evaluate("consent.save({ videos: false })");
  await page.waitForSelector(boxOf("film"));
  assert.equal(await src(page, "film"), null);
  assert.equal(await page.getAttribute("#film", "data-mine"), "kept");
  assert.equal(await src(page, "map"), `${theirs}/map`);
  await page.evaluate("consent.withdraw()");
  await page.waitForSelector(boxOf("map"));
  assert.equal(await src(page, "map"), null);
  // What the frames showed is gone, not only their address.
  assert.equal(await page.evaluate("document.querySelector('#map').contentDocument?.URL"), "about:blank");
  await page.click(button("map", "once"));
  await page.waitForSelector(`#map[src="${theirs}/map"]`, { state: "attached" });
});

test("what another tab refuses goes back, and so does what was granted", async () => {
  const { page } = await visit();
  await page.click(button("film", "once"));
  await page.click(button("map", "always"));
  await page.waitForSelector("#map[src]", { state: "attached" });
  await page.evaluate(`new Promise((done) => {
    const frame = document.createElement("iframe");
    frame.title = "A second tab";
    frame.src = "/banner";
    frame.onload = () => frame.contentWindow.consent.withdraw().then(done);
    document.body.append(frame);
  })`);
  await page.waitForSelector(boxOf("film"));
  await page.waitForSelector(boxOf("map"));
  assert.equal(await src(page, "film"), null);
  assert.equal(await src(page, "map"), null);
});

test("after everything was erased nothing that was allowed once stays", async () => {
  const { page } = await visit();
  await page.evaluate("consent.save({ statistics: true })");
  await page.click(button("film", "once"));
  await page.evaluate("consent.forget()");
  await page.waitForSelector(boxOf("film"));
  assert.equal(await src(page, "film"), null);
});

test("a refusal that the browser does not store holds all the same", async () => {
  const { page } = await visit();
  await page.click(button("film", "once"));
  await page.evaluate("void Object.defineProperty(Document.prototype, 'cookie', { get: () => '', set() {} })");
  await page.evaluate("consent.withdraw().catch(() => {})");
  await page.waitForSelector(boxOf("film"));
  assert.equal(await src(page, "film"), null);
});

test("what a signal denies cannot be allowed once, only overridden explicitly where the regime allows that", async () => {
  const { page } = await visit("/gpc");
  assert.equal(await status(page), "denied");
  assert.equal(await page.locator(button("film", "once")).count(), 0);
  assert.equal(await page.locator(button("film", "always")).count(), 0);
  assert.match(await page.textContent(boxOf("film")), /Your browser asks us to keep this off/);
  await page.click(button("film", "override"));
  await page.waitForSelector("#film[src]", { state: "attached" });
  assert.equal(await page.evaluate("consent.decision.ids.videos.reason"), "gpc-override");
  const fixed = await visit("/gpc-fixed");
  assert.equal(await status(fixed.page), "denied");
  assert.equal(await fixed.page.locator(`${boxOf("film")} button`).count(), 0);
  assert.match(await fixed.page.textContent(boxOf("film")), /Your browser asks us not to sell or share your data/);
  // A click that did not come from a button of ours changes nothing.
  await fixed.page.evaluate(
    (box) => {
      const button = Object.assign(document.createElement("button"), { value: "once" });
      document.querySelector(box).append(button);
      button.click();
    },
    boxOf("film"),
  );
  assert.equal(await src(fixed.page, "film"), null);
});

test("without an engine nothing can be allowed, once or for good", async () => {
  const { page } = await visit("/no-wasm");
  assert.match(await page.textContent(boxOf("film")), /Videos/);
  assert.equal(await page.locator(`${boxOf("film")} button`).count(), 0);
});

test("a placeholder has the embed's place and size, and nothing moves when it comes and goes", needs("media-size"), async () => {
  const { page, errors } = await visit("/kinds");
  const places = () =>
    page.evaluate(() =>
      ["film", "player", "photo", "drawn", "thing", "old"].map((id) => {
        const unit = document.querySelector(`#${id}`).closest("picture") ?? document.querySelector(`#${id}`);
        const seen = unit.previousElementSibling?.matches(".cy-embed") ? unit.previousElementSibling : document.querySelector(`#${id}`);
        const { x, y, width, height } = seen.getBoundingClientRect();
        return [id, ...[x, y, width, height].map(Math.round)].join(" ");
      }),
    );
  const shown = await page.locator(".cy-embed").count();
  assert.equal(shown, 6);
  const waiting = await places();
  const after = await page.evaluate("document.querySelector('#after').getBoundingClientRect().y");
  await page.evaluate("document.querySelectorAll('.cy-embed').forEach((box) => box.querySelector('button[value=once]').click())");
  assert.equal(await page.locator(".cy-embed").count(), 0);
  // A fallback stands there until an object has loaded.
  await page.waitForFunction("document.querySelector('#thing').getBoundingClientRect().width === 200");
  assert.deepEqual(await places(), waiting);
  assert.ok(Math.abs((await page.evaluate("document.querySelector('#after').getBoundingClientRect().y")) - after) < 1);
  await page.evaluate("consent.reject()");
  await page.waitForFunction("document.querySelectorAll('.cy-embed').length === 6");
  assert.deepEqual(await places(), waiting);
  assert.equal(await page.evaluate("document.querySelector('#film').getAttribute('style')?.replaceAll(' ', '')"), "display:none!important;");
  await page.evaluate("stop()");
  assert.equal(await page.locator(".cy-embed").count(), 0);
  assert.equal(await page.getAttribute("#film", "style"), null);
  assert.deepEqual(errors.filter((text) => !/Failed to load|ERR_/.test(text)), []);
});

test("a player and a picture wake with all their sources", async () => {
  const player = await visit("/player");
  await player.page.click(button("player", "once"));
  assert.equal(await player.page.getAttribute("#player source", "src"), `${theirs}/a.mp4`);
  assert.equal(await player.page.getAttribute("#player", "poster"), `${theirs}/p.png`);
  const { page } = await visit("/kinds");
  await page.click(".cy-embed:has(+ picture) button[value=once]");
  assert.equal(await page.getAttribute("picture source", "srcset"), `${theirs}/b.png`);
  assert.equal(await src(page, "drawn"), `${theirs}/c.png`);
  assert.equal(await page.evaluate("document.activeElement.id"), "drawn");
  assert.equal(await src(page, "photo"), null);
});

test("an embed that comes later gets one, moves with it, and takes it along when it goes", async () => {
  const { page } = await visit();
  await page.evaluate((html) => document.body.append(document.createRange().createContextualFragment(html)), film.replace('"film"', '"late"'));
  await page.waitForSelector(boxOf("late"));
  await page.evaluate("document.querySelector('h1').after(document.querySelector('#late'))");
  await page.waitForSelector(`h1 + ${boxOf("late")}`);
  const count = await page.locator(".cy-embed").count();
  await page.evaluate("document.querySelector('#late').remove()");
  await page.waitForFunction(`document.querySelectorAll(".cy-embed").length === ${count - 1}`);
});

test("it takes the place of what the server wrote there", async () => {
  const { page } = await visit("/served");
  assert.equal(await page.locator("[data-cy=placeholder]").count(), 0);
  assert.equal(await page.locator(boxOf("film")).count(), 1);
});

test("it stands beside a banner: each answers by itself, and the placeholder follows", async () => {
  const { page, errors } = await visit("/banner");
  await page.click("[data-cy=prompt] button[value=accept]");
  await page.waitForSelector("#film[src]", { state: "attached" });
  assert.equal(await page.locator(".cy-embed").count(), 0);
  assert.deepEqual(errors, []);
});

test("in another language its words are that language's, and go its way", async () => {
  const { page } = await visit("/arabic");
  const words = Object.fromEntries(
    (await readFile(new URL("../../../src/banner/words/ar.txt", import.meta.url), "utf8")).trim().split("\n").map((line) => /(\S+) (.+)/.exec(line).slice(1)),
  );
  assert.equal((await page.textContent(button("film", "once"))).trim(), words.allowOnce);
  assert.equal((await page.textContent(button("film", "always"))).trim(), words.allowAlways);
  const group = `${boxOf("film")} > div`;
  assert.deepEqual([await page.getAttribute(group, "lang"), await page.getAttribute(group, "dir")], ["ar", "rtl"]);
});

test("a strict Content-Security-Policy with Trusted Types needs nothing for it", async () => {
  const { page, errors } = await visit("/strict");
  const position = await page.evaluate(`getComputedStyle(document.querySelector(${JSON.stringify(`${boxOf("film")} > div`)})).position`);
  assert.equal(position, "absolute");
  await page.click(button("film", "once"));
  assert.equal(await src(page, "film"), `${theirs}/film`);
  assert.deepEqual(errors, []);
});

test("axe finds nothing in it, light and dark", async () => {
  const axe = await readFile(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
  const { page } = await visit();
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia?.({ colorScheme });
    await page.evaluate(`void (() => { ${axe} })()`);
    const found = await page.evaluate(`axe.run(document.querySelectorAll(".cy-embed")).then(({ violations }) => violations.map(({ id, nodes }) => id + " " + nodes[0].html))`);
    assert.deepEqual(found, [], colorScheme);
  }
});
