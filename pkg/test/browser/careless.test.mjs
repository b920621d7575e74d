// A careless application behind the layer, in a real browser: whatever a visitor chooses, every cookie that is stored and
// every request to a third party is what was granted, no more and no less.
import assert from "node:assert/strict";
import { after } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { engine, needs, test } from "./launch.mjs";
import { record } from "./recorder.mjs";
import { cookieNames, grant, prompt, startCareless } from "./site-server.mjs";

const parties = await record();
const shops = {};
const rules = [...parties.rules];
for (const stack of ["axum", "actix"])
  for (const setting of ["withhold", "default"]) {
    const { host } = new URL(await startCareless(undefined, stack, setting));
    const name = `${setting}.${stack}.example`;
    rules.push(`MAP *.${name} ${host}`);
    shops[`${stack} ${setting}`] = name;
  }
const args = [
  `--host-resolver-rules=${rules.join(",")}`,
  // So that third parties can set cookies, as they do over https.
  `--unsafely-treat-insecure-origin-as-secure=${parties.origins.join(",")}`,
];
const contexts = {};
for (const javaScriptEnabled of engine.lacks["host-rules"] ? [] : [true, false]) {
  const { context, close } = await engine.startProfile({ javaScriptEnabled }, ...args);
  contexts[javaScriptEnabled] = context;
  after(close);
}

// What a grant brings: requests with scripts and without, and cookies by both.
const visits = {
  scripted: ["http://stats.example/tag.js?id=1", "http://stats.example/collect"],
  plain: ["http://stats.example/noscript.gif"],
  cookies: ["_ga"],
  scriptCookies: [],
};
const adverts = {
  scripted: ["http://ads.example/events.js", "http://ads.example/late.js", "http://pixel.ads.example/p.gif?page=1"],
  plain: ["http://pixel.ads.example/p.gif?page=1"],
  // Preloaded by the headers: the page tells of the request, the browser does not make it.
  unsent: ["http://ads.example/events.js"],
  cookies: ["_fbp"],
  scriptCookies: [],
};
const video = {
  scripted: ["http://video.example/player.js", "http://video.example/embed/tea"],
  plain: ["http://video.example/embed/tea"],
  cookies: [],
  scriptCookies: ["video_player"],
};
const all = [visits, adverts, video];

const unique = (list) => [...new Set(list)].sort();

function wanted(scripting, granted) {
  const requests = granted.flatMap(({ scripted, plain }) => (scripting ? scripted : plain));
  const cookies = granted.flatMap(({ cookies, scriptCookies }) => (scripting ? [...cookies, ...scriptCookies] : cookies));
  const unsent = granted.flatMap(({ unsent }) => (!scripting && unsent) || []);
  return {
    requests: unique(["http://fonts.example/shop.css", ...requests, ...unsent]),
    shopCookies: unique(["csrf", "session", ...cookies]),
    otherCookies: unique(requests.map((url) => `${new URL(url).hostname} uid`)),
    // A connection is one even if nothing is asked over it.
    hosts: unique(["fonts.example", ...requests.map((url) => new URL(url).hostname)]),
  };
}

let visitors = 0;

/** Opens a shop, and lists what its visitor's browser does. */
async function visit(t, name, javaScriptEnabled, headers = {}) {
  // A host of its own for each visitor: browsers learn which others a host leads to, and connect to them beforehand.
  const own = `visitor${++visitors}.${name}`;
  const shop = `http://${own}/`;
  const context = contexts[javaScriptEnabled];
  await context.clearCookies();
  await context.setExtraHTTPHeaders(headers);
  const { page, errors } = await engine.openIn(context);
  t.after(() => page.close());
  const asked = [];
  page.on("request", (request) => new URL(request.url()).host !== own && asked.push(request.url()));
  const clear = () => {
    asked.length = 0;
    parties.clear();
  };
  /** Waits until all that is wanted has come, and then for what else may. */
  const settle = async (requests) => {
    const latest = Date.now() + 5_000;
    const come = () => unique([...asked, ...parties.requests]);
    for (let last, since; Date.now() < latest; await sleep(50)) {
      const count = asked.length + parties.requests.length + parties.connections.length;
      if (count !== last) [last, since] = [count, Date.now()];
      else if (Date.now() - since > 300 && requests.every((url) => come().includes(url))) return;
    }
  };
  const found = async (expected) => {
    await settle(expected.requests);
    const cookies = await context.cookies();
    const ofShop = ({ domain }) => domain.replace(/^\./, "") === own;
    const kept = Object.fromEntries(cookies.filter(ofShop).map(({ name, ...rest }) => [name, rest]));
    assert.deepEqual([kept.session?.value, kept.session?.httpOnly, kept.session?.sameSite], ["7f3a", true, "Lax"]);
    assert.deepEqual([kept.csrf?.value, kept.csrf?.httpOnly, kept.csrf?.sameSite], ["c5rf", false, "Strict"]);
    return {
      requests: unique([...asked, ...parties.requests]),
      shopCookies: unique(cookies.filter(ofShop).map(({ name }) => name)).filter((name) => name !== "privacy"),
      otherCookies: unique(cookies.filter((cookie) => !ofShop(cookie)).map(({ domain, name }) => `${domain} ${name}`)),
      hosts: unique(parties.connections),
    };
  };
  const check = async (expected, when) => assert.deepEqual(await found(expected), expected, when);
  clear();
  await page.goto(shop);
  return { page, context, errors, clear, found, check, shop };
}

const answers = {
  "accept all": [(page) => page.click(`${prompt} button[value=accept]`), all],
  "refuse all": [(page) => page.click(`${prompt} button[value=reject]`), []],
  statistics: [(page) => grant(page, "statistics"), [visits]],
  marketing: [(page) => grant(page, "marketing"), [adverts]],
  video: [(page) => grant(page, "video"), [video]],
  "all but statistics": [(page) => grant(page, "marketing", "video"), [adverts, video]],
};

for (const stack of ["axum", "actix"])
  for (const javaScriptEnabled of [true, false]) {
    const name = shops[`${stack} withhold`];
    const title = `${stack}, ${javaScriptEnabled ? "with" : "without"} scripting`;

    for (const [what, [answer, granted]] of Object.entries(answers))
      test(`${title}: ${what}`, needs("host-rules"), async (t) => {
        const { page, errors, clear, found, check } = await visit(t, name, javaScriptEnabled);
        await check(wanted(javaScriptEnabled, []), "first visit");
        await answer(page);
        await page.waitForSelector(prompt, { state: "detached" });
        const expected = wanted(javaScriptEnabled, granted);
        // With scripts the page stays, and the next one brings what the application itself sets.
        assert.deepEqual((await found(expected)).requests, expected.requests, "after the answer");
        clear();
        await page.reload();
        await check(expected, "on the next page");
        assert.deepEqual(errors, []);
      });

    test(`${title}: withdrawn`, needs("host-rules"), async (t) => {
      const { page, context, errors, clear, found, shop } = await visit(t, name, javaScriptEnabled);
      await page.click(`${prompt} button[value=accept]`);
      await page.waitForSelector(prompt, { state: "detached" });
      await page.reload();
      const [before, after] = [wanted(javaScriptEnabled, all), wanted(javaScriptEnabled, [])];
      assert.deepEqual((await found(before)).shopCookies, before.shopCookies);
      clear();
      await page.goto(`${shop}privacy-choices`);
      await page.click("button[value=withdraw]");
      await page.waitForFunction(() => !document.querySelector("[data-cy=choices] input:checked"));
      assert.deepEqual((await found({ requests: [] })).shopCookies, after.shopCookies);
      // What is set again in spite of it goes with the next response.
      await context.addCookies([{ name: "_ga", value: "again", domain: `.${new URL(shop).host}`, path: "/" }]);
      for (const _ of [1, 2]) {
        clear();
        await page.goto(shop);
        const { requests, shopCookies, otherCookies } = await found(after);
        assert.deepEqual([requests, shopCookies], [after.requests, after.shopCookies]);
        // Theirs are theirs to delete; no request takes them there any more.
        assert.deepEqual(otherCookies, before.otherCookies);
      }
      assert.ok((await cookieNames(context)).includes("privacy"));
      assert.deepEqual(errors, []);
    });

    test(`${title}: a signal in California`, needs("host-rules"), async (t) => {
      const { errors, check } = await visit(t, name, javaScriptEnabled, { "x-region": "US-CA", "sec-gpc": "1" });
      await check(wanted(javaScriptEnabled, [visits]));
      assert.deepEqual(errors, []);
    });

    test(`${title}: the video in its place`, needs("host-rules"), async (t) => {
      const { page, errors, found } = await visit(t, name, javaScriptEnabled);
      let loads = 0;
      page.on("framenavigated", (frame) => frame === page.mainFrame() && loads++);
      const placeholder = page.locator("[data-cy=placeholder]");
      assert.equal(await placeholder.count(), 1);
      assert.match(await placeholder.textContent(), /Videos/);
      await placeholder.locator("button:not([formmethod=dialog])").click();
      await placeholder.waitFor({ state: "detached" });
      await page.frameLocator("iframe").locator("text=How our tea is made").waitFor();
      assert.equal(loads, javaScriptEnabled ? 0 : 1);
      const { requests } = wanted(javaScriptEnabled, [video]);
      assert.deepEqual((await found({ requests })).requests, requests);
      // The rest is still asked.
      assert.equal(await page.locator(prompt).count(), 1);
      assert.deepEqual(errors, []);
    });
  }

for (const stack of ["axum", "actix"])
  test(`${stack}, by default: what is not declared passes and is reported`, needs("host-rules"), async (t) => {
    const { page, check } = await visit(t, shops[`${stack} default`], true);
    const first = wanted(true, []);
    await check({ ...first, shopCookies: unique([...first.shopCookies, "ab_test"]) });
    const report = (await (await page.reload()).headersArray()).filter(({ name }) => name === "consent-gate");
    assert.deepEqual(
      report.map(({ value }) => value),
      [
        "withheld _ga: visits is undecided (no-answer)",
        "withheld _fbp: adverts is undecided (no-answer)",
        "reported ab_test: no service declares it",
      ],
    );
  });
