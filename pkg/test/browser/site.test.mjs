// The example site, from the first visit to the last withdrawal: what its visitors are promised.
import assert from "node:assert/strict";
import { framed, launch, needs, open, settled, submit, test } from "./launch.mjs";
import { cookieNames, decisionOf, grant, prompt, startSite, statuses, viewsHeld } from "./site-server.mjs";

const browser = await launch();

const gone = (page) => page.waitForSelector(prompt, { state: "detached" });
const summary = "Click-streams are now kept for 13 months instead of 6.";

for (const javaScriptEnabled of [false, true]) {
  const scripting = javaScriptEnabled ? "with scripting" : "without scripting";

  test(`first visit, ${scripting}: the banner is in the first paint, above the content, and moves nothing`, needs("layout-shift"), async (t) => {
    const origin = await startSite(t);
    const { page, context, errors } = await open(browser, { javaScriptEnabled });
    await page.addInitScript(() => {
      window.shifts = [];
      new PerformanceObserver((list) => shifts.push(...list.getEntries())).observe({
        type: "layout-shift",
        buffered: true,
      });
      new PerformanceObserver(() => {
        const box = document.querySelector("[data-cy=prompt]")?.getBoundingClientRect();
        window.atFirstPaint ??= { height: box?.height ?? 0, bottom: innerHeight - (box?.bottom ?? 0) };
      }).observe({ type: "paint", buffered: true });
    });
    // No script has arrived when the page is painted, and none is needed.
    const scripts = [];
    await page.route(/\.js$/, (route) => void scripts.push(route));
    const response = await page.goto(origin, { waitUntil: "commit" });
    const html = await response.text();
    assert.ok(html.indexOf('data-cy="prompt"') > 0 && html.indexOf('data-cy="prompt"') < html.indexOf("<main"));
    await page.waitForSelector(prompt);
    const box = await page.locator(prompt).boundingBox();
    const { height, width } = page.viewportSize();
    assert.ok(box.y >= 0 && Math.round(box.y + box.height) === height && box.width === width, JSON.stringify(box));
    if (javaScriptEnabled) {
      assert.ok(scripts.length > 0);
      await page.waitForFunction(() => window.atFirstPaint);
      const first = await page.evaluate("atFirstPaint");
      assert.deepEqual([first.height, first.bottom], [box.height, 0]);
      await Promise.all(scripts.map((route) => route.continue()));
      await page.waitForLoadState();
      // A slow machine lays out a part of the page before it shows any of it: nobody sees that.
      const seen = `shifts.filter(({ startTime }) => startTime >= performance.getEntriesByName("first-paint")[0].startTime)`;
      assert.deepEqual(await page.evaluate(`${seen}.map(({ value }) => value)`), []);
    }
    assert.deepEqual(await cookieNames(context), []);
    assert.deepEqual(errors, []);
  });

  test(`first visit, ${scripting}: the banner is at the bottom of the window, before the content, and nothing is stored`, async (t) => {
    const origin = await startSite(t);
    const { page, context, errors } = await open(browser, { javaScriptEnabled });
    await page.goto(origin);
    const html = await (await context.request.get(origin, { headers: { accept: "text/html" } })).text();
    assert.ok(html.indexOf('data-cy="prompt"') > 0 && html.indexOf('data-cy="prompt"') < html.indexOf("<main"));
    await page.waitForSelector(prompt);
    const { x, y, width, height } = await page.locator(prompt).boundingBox();
    const window = await page.evaluate("({ width: document.documentElement.clientWidth, height: innerHeight })");
    assert.deepEqual([x, Math.round(width), Math.round(y + height)], [0, window.width, window.height]);
    assert.deepEqual(await cookieNames(context), []);
    assert.deepEqual(errors, []);
  });

  test(`refuse, ${scripting}: after a reload there is no banner and nothing optional is set`, async (t) => {
    const origin = await startSite(t);
    const { page, context, errors } = await open(browser, { javaScriptEnabled });
    await page.goto(origin);
    await page.evaluate("void (window.stayed = true)");
    await page.click(`${prompt} button[value=reject]`);
    await gone(page);
    assert.equal(await page.evaluate("!!window.stayed"), javaScriptEnabled);
    for (const path of ["/", "/activity", "/cookies"]) {
      await page.goto(origin + path);
      assert.equal(await page.locator(prompt).count(), 0);
    }
    assert.deepEqual(await cookieNames(context), ["privacy", "privacy-outcome"]);
    const status = statuses(await decisionOf(context, origin));
    assert.deepEqual([status.preferences, status.statistics, status.marketing, status.videos], Array(4).fill("denied"));
    await page.goto(`${origin}/activity`);
    assert.equal(await viewsHeld(page), 0);
    assert.deepEqual(errors, []);
  });

  test(`statistics alone, ${scripting}: the recorder writes, and nothing else is set`, async (t) => {
    const origin = await startSite(t);
    const { page, context, errors } = await open(browser, { javaScriptEnabled });
    await page.goto(origin);
    await grant(page, "statistics");
    await gone(page);
    await page.goto(`${origin}/privacy`);
    await page.goto(`${origin}/activity`);
    const views = await page.locator("#stream tbody tr td:first-child").allTextContents();
    assert.deepEqual(views.slice(0, 2), ["/activity", "/privacy"]);
    assert.match(await page.textContent("#stream"), /Recording/);
    assert.deepEqual(await cookieNames(context), ["_cs", "privacy", "privacy-outcome"]);
    const status = statuses(await decisionOf(context, origin));
    assert.deepEqual([status.preferences, status.statistics, status.marketing], ["denied", "granted", "denied"]);
    assert.deepEqual(errors, []);
  });

  test(`version 2, ${scripting}: asked again about statistics alone, with the change named and the rest kept`, async (t) => {
    const origin = await startSite(t);
    const { page, context, errors } = await open(browser, { javaScriptEnabled });
    await page.goto(origin);
    await grant(page, "statistics", "preferences");
    await gone(page);
    await page.goto(`${origin}/activity`);
    const before = statuses(await decisionOf(context, origin));
    const held = await viewsHeld(page);

    await page.goto(origin);
    await submit(page, "[action='/admin/publish'] button");
    assert.equal(await page.textContent(`${prompt} .cy-changes li`), summary);
    assert.equal(await page.inputValue(`${prompt} input[name=asked]`), "statistics");
    assert.equal(await page.inputValue(`${prompt} input[name=version]`), "2");
    assert.deepEqual(await page.locator(`${prompt} input[name=on]`).evaluateAll((all) => all.map((box) => box.value)), ["statistics"]);
    const between = await decisionOf(context, origin);
    assert.deepEqual(between.prompt, { cause: "policy-changed", ids: ["statistics"], changes: [2] });
    assert.deepEqual(between.ids.statistics, { status: "undecided", reason: "policy-changed" });
    assert.deepEqual(statuses(between), { ...before, statistics: "undecided", "click-stream": "undecided" });

    // Until the answer nothing is recorded; the visit to the home page was still under version 1.
    await page.goto(`${origin}/privacy`);
    await page.goto(`${origin}/activity`);
    assert.equal(await viewsHeld(page), held + 1);

    await page.click(`${prompt} button[value=accept]`);
    await gone(page);
    assert.deepEqual(statuses(await decisionOf(context, origin)), before);
    await page.goto(`${origin}/privacy`);
    assert.match(await page.textContent("main"), /13 months \(395 days\)/);
    await page.goto(`${origin}/activity`);
    assert.ok((await viewsHeld(page)) >= held + 3);
    assert.deepEqual(errors, []);
  });

  test(`a page of version 1 answered after version 2, ${scripting}: does not count for what changed`, async (t) => {
    const origin = await startSite(t);
    const { page, context, errors } = await open(browser, { javaScriptEnabled });
    await page.goto(origin);
    const other = await open(browser);
    await other.page.goto(origin);
    await submit(other.page, "[action='/admin/publish'] button");

    await submit(page, `${prompt} button[value=accept]`);
    const decision = await decisionOf(context, origin);
    assert.deepEqual(decision.ids.statistics, { status: "undecided", reason: "policy-changed" });
    assert.deepEqual(decision.ids.marketing, { status: "granted", reason: "chosen" });
    assert.deepEqual(decision.prompt, { cause: "policy-changed", ids: ["statistics"], changes: [2] });
    assert.equal(await page.textContent(`${prompt} .cy-changes li`), summary);
    assert.deepEqual((await cookieNames(context)).filter((name) => name === "_cs"), []);
    assert.deepEqual(errors, []);
  });

  test(`withdraw, ${scripting}: the recorder stops and the cookies are gone`, async (t) => {
    const origin = await startSite(t);
    const { page, context, errors } = await open(browser, { javaScriptEnabled });
    await page.goto(origin);
    await page.click(`${prompt} button[value=accept]`);
    await gone(page);
    await framed(page, "iframe[title^='The tour']", "Your first time");
    await page.goto(`${origin}/account`);
    await submit(page, "footer button[value=dark]");
    assert.equal(await page.getAttribute("html", "data-theme"), "dark");
    await page.goto(origin);
    await framed(page, "iframe[title^='The tour']", "You watched this tour before");
    assert.deepEqual(await cookieNames(context), ["_cs", "offer", "privacy", "privacy-outcome", "theme", "video_tour"]);
    await page.goto(`${origin}/activity`);
    const held = await viewsHeld(page);
    assert.ok(held >= 3);

    await submit(page, "footer a[href^='/privacy-choices']");
    await submit(page, "button[value=withdraw]");
    await page.waitForFunction(() => !document.querySelector("[data-cy=choices] input:checked"));
    assert.deepEqual(await cookieNames(context), ["privacy", "privacy-outcome"]);
    await page.goto(origin);
    assert.equal(await page.getAttribute("html", "data-theme"), "system");
    assert.equal(await page.locator("iframe[title^='The tour'][src]").count(), 0);
    await page.goto(`${origin}/activity`);
    assert.equal(await viewsHeld(page), held);
    assert.match(await page.textContent("#stream"), /Not recording/);
    assert.deepEqual(await cookieNames(context), ["privacy", "privacy-outcome"]);
    assert.deepEqual(errors, []);
  });
}

test("where the visitor may opt out, a Global Privacy Control signal does, and is not forgotten", async (t) => {
  const origin = await startSite(t);
  const california = `${origin}/?region=US-CA`;

  const without = await open(browser);
  await without.page.goto(california);
  assert.deepEqual(await cookieNames(without.context), ["_cs", "offer", "video_tour"]);
  assert.equal(await without.page.locator(prompt).count(), 0);
  assert.match(await without.page.textContent("[data-cy=notice]"), /Do not sell or share my personal information/);

  const { page, context, errors } = await open(browser, { extraHTTPHeaders: { "sec-gpc": "1" } });
  await page.goto(california);
  assert.match(await page.textContent("[data-cy=notice]"), /Your browser asks us not to sell or share your data\. We honour it\./);
  const decision = await decisionOf(context, origin, "?region=US-CA");
  assert.deepEqual(decision.ids.marketing, { status: "denied", reason: "gpc" });
  assert.deepEqual(decision.ids.offers, { status: "denied", reason: "gpc" });
  assert.deepEqual(decision.ids.videos, { status: "denied", reason: "gpc" });
  assert.deepEqual(decision.ids.statistics, { status: "granted", reason: "regime-default" });
  assert.deepEqual(await cookieNames(context), ["_cs", "privacy", "privacy-outcome"]);

  await context.setExtraHTTPHeaders({});
  await page.goto(california);
  assert.deepEqual((await decisionOf(context, origin, "?region=US-CA")).ids.marketing, { status: "denied", reason: "gpc" });
  assert.deepEqual(await cookieNames(context), ["_cs", "privacy", "privacy-outcome"]);
  assert.deepEqual(errors, []);
});

test("the page decides from the same cookie and facts as the server, byte for byte", async (t) => {
  const origin = await startSite(t);
  const { page, context, errors } = await open(browser);
  const same = async (path = "/inspector") => {
    await page.goto(origin + path);
    await page.waitForFunction(() => /same|differ|not run/.test(document.querySelector("#verdict").textContent));
    assert.match(await page.textContent("#verdict"), /the same, character by character/);
    const [server, browser, engine] = await page.evaluate(async () => {
      const { decide, flatten, initSync, inlinedBytes, start } = await import("/pkg/test/engine.js");
      initSync((imports) => new WebAssembly.Instance(new WebAssembly.Module(inlinedBytes()), imports).exports);
      const [policy, decision] = await Promise.all(
        ["policy.json", "decision"].map((name) => fetch(`/privacy-choices/${name}`).then((got) => got.text())),
      );
      const { gpc, region, now } = JSON.parse(decision);
      const compiled = JSON.parse(policy);
      const text = (id) => document.getElementById(id).textContent;
      const { cookie, sealed } = compiled;
      const facts = { cookies: document.cookie, cookie, sealed, gpc, region: region ?? "", now };
      const decided = JSON.stringify(decide(compiled, start(flatten(compiled), true)("decide", facts), facts));
      return [text("server"), text("browser"), { server: decision, browser: decided }];
    });
    assert.equal(browser, server);
    // The very bytes, without a parser in between.
    assert.equal(engine.browser, engine.server);
    return JSON.parse(server);
  };

  assert.equal((await same()).prompt.cause, "first-visit");
  await grant(page, "statistics", "videos");
  await gone(page);
  assert.equal((await same()).ids.videos.status, "granted");
  assert.equal((await same("/inspector?region=US-CA")).kind, "opt-out");
  await context.setExtraHTTPHeaders({ "sec-gpc": "1" });
  assert.equal((await same("/inspector?region=US-CA")).ids.videos.reason, "gpc");
  await context.setExtraHTTPHeaders({});
  await page.goto(origin);
  await submit(page, "[action='/admin/publish'] button");
  assert.deepEqual((await same()).prompt.ids, ["statistics"]);
  await page.click(`${prompt} button[value=reject]`);
  await gone(page);
  assert.equal((await same()).ids.statistics.status, "denied");
  assert.deepEqual(errors, []);
});

test("everything works by the keyboard alone, with the focus in sight", async (t) => {
  const origin = await startSite(t);
  const { page, context, errors } = await open(browser);
  await page.goto(origin);
  const focused = () =>
    page.evaluate(() => {
      const element = document.activeElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
      return {
        html: element.outerHTML.slice(0, 120),
        ringed: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
        inSight: element.contains(top) || !!top?.contains(element),
      };
    });
  const tabTo = async (what) => {
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press("Tab");
      const now = await focused();
      assert.ok(now.ringed, `no focus ring: ${now.html}`);
      assert.ok(now.inSight, `focus hidden: ${now.html}`);
      if (now.html.includes(what)) return;
    }
    assert.fail(`not reached by Tab: ${what}`);
  };

  // The banner comes first after the skip link, and traps nobody.
  await tabTo('class="skip"');
  await tabTo('value="accept"');
  await tabTo('name="region"');
  await tabTo('value="dark"');
  assert.equal(await page.locator(prompt).count(), 1);

  await page.goto(origin);
  await tabTo("<summary");
  await page.keyboard.press("Enter");
  await tabTo('value="statistics"');
  // Enter on a box answers nothing by accident.
  await page.keyboard.press("Enter");
  assert.equal(await page.locator(prompt).count(), 1);
  await page.keyboard.press("Space");
  await tabTo('value="save"');
  await page.keyboard.press("Enter");
  await gone(page);
  const status = statuses(await decisionOf(context, origin));
  assert.deepEqual([status.preferences, status.statistics, status.marketing], ["denied", "granted", "denied"]);
  assert.deepEqual(errors, []);
});

test("a page that is the same for all asks, waits and plays, and asks the server no more once it knows", async (t) => {
  const origin = await startSite(t);
  const opened = await open(browser);
  const { page, context, requests } = opened;
  const asked = () => requests.map((url) => new URL(url).pathname);
  const response = await context.request.get(origin + "/help");
  assert.equal(response.headers()["cache-control"], "public, max-age=300");
  assert.equal(response.headers()["set-cookie"], undefined);
  await page.goto(origin + "/help");
  await page.waitForSelector(prompt);
  assert.ok(!asked().includes("/embed/tour"));
  await page.click(`${prompt} button[value=accept]`);
  await framed(page, "iframe", "Your first time");
  requests.length = 0;
  await page.reload();
  await framed(page, "iframe", "You watched this tour before");
  assert.equal(await page.getAttribute("html", "data-consent-ask"), null);
  assert.deepEqual(asked().filter((path) => /decision|banner$/.test(path)), []);
  await page.goto(origin + "/privacy-choices");
  await submit(page, "button[value=withdraw]");
  requests.length = 0;
  await page.goto(origin + "/help");
  await page.waitForSelector("[data-cy=placeholder]");
  await settled(opened);
  assert.ok(!asked().includes("/embed/tour"));
});
