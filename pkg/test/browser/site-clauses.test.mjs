// What the example site promises in words, clause by clause, and how it looks doing so.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { engine, framed, launch, open, submit, test } from "./launch.mjs";
import { cookieNames, grant, prompt, startSite } from "./site-server.mjs";
import { contrastFaults } from "./site-contrast.mjs";

const browser = await launch();
const pages = ["/", "/account", "/activity", "/appearance", "/cookies", "/inspector", "/privacy", "/privacy-choices", "/privacy-choices/history"];

const row = (page, name) => page.getAttribute(`[data-cookie="${name}"]`, "data-state");

test("the privacy page says what the policy says: every category, service, cookie, contact and change", async (t) => {
  const origin = await startSite(t);
  const { page, context, errors } = await open(browser, { javaScriptEnabled: false });
  const policy = await (await context.request.get(`${origin}/privacy-choices/policy.json`)).json();
  await page.goto(`${origin}/privacy`);
  const text = await page.textContent("main");
  const wanted = [
    ...policy.categories.flatMap(({ name, purpose }) => [name, purpose]),
    ...policy.services.flatMap(({ name, purpose, cookies = [] }) => [name, purpose, ...cookies]),
    policy.contact.name, policy.contact.email, "6 months (182 days)", "13 months (400 days)", "Version 1", "First version.",
  ].filter(Boolean);
  assert.ok(wanted.length > 25);
  for (const words of wanted) assert.ok(text.includes(words), `missing: ${words}`);
  assert.equal(text.includes("13 months (395 days)"), false);

  await page.goto(origin);
  await submit(page, "[action='/admin/publish'] button");
  await page.goto(`${origin}/privacy`);
  const after = await page.textContent("main");
  for (const words of ["13 months (395 days)", "Version 2", "Visitors are asked again about: Statistics"])
    assert.ok(after.includes(words), `missing: ${words}`);
  assert.match(await page.textContent("main [role=note]"), /13 months instead of 6/);
  assert.deepEqual(errors, []);
});

for (const javaScriptEnabled of [false, true]) {
  const scripting = javaScriptEnabled ? "with scripting" : "without scripting";

  test(`the appearance is remembered only with consent, which is asked for in place, ${scripting}`, async (t) => {
    const origin = await startSite(t);
    const { page, context, errors } = await open(browser, { javaScriptEnabled });
    await page.goto(`${origin}/cookies`);
    await page.click(`${prompt} button[value=reject]`);
    await page.waitForSelector(prompt, { state: "detached" });
    await submit(page, "footer button[value=dark]");
    assert.match(await page.url(), /\/appearance$/);
    assert.match(await page.textContent("main"), /We did not change it/);
    assert.deepEqual(await cookieNames(context), ["privacy", "privacy-outcome"]);
    await page.click("[data-cy=placeholder] button[value=save]");
    await page.check("input[value=dark]");
    await submit(page, "main button");
    assert.equal(await page.getAttribute("html", "data-theme"), "dark");
    assert.equal(await page.evaluate("getComputedStyle(document.documentElement).colorScheme"), "dark");
    assert.deepEqual(await cookieNames(context), ["privacy", "privacy-outcome", "theme"]);
    await page.goto(`${origin}/privacy`);
    assert.equal(await page.getAttribute("html", "data-theme"), "dark");
    assert.deepEqual(errors, []);
  });

  test(`the video waits for its own consent, ${scripting}`, async (t) => {
    const origin = await startSite(t);
    const { page, context, errors } = await open(browser, { javaScriptEnabled });
    await page.goto(origin);
    await page.click(`${prompt} button[value=reject]`);
    await page.waitForSelector(prompt, { state: "detached" });
    assert.match(await page.textContent("[data-cy=placeholder]"), /waits for your consent: Videos/);
    await page.waitForSelector("iframe", { state: "hidden" });
    assert.equal((await context.request.get(`${origin}/embed/tour`)).status(), 403);
    await page.click("[data-cy=placeholder] button[value=save]");
    await framed(page, "iframe", "Your first time");
    assert.deepEqual(await cookieNames(context), ["privacy", "privacy-outcome", "video_tour"]);
    await page.waitForSelector("[data-cy=placeholder]", { state: "hidden" });
    assert.deepEqual(errors, []);
  });

  test(`an account is opened, seen, corrected and deleted, ${scripting}, and sets no cookie`, async (t) => {
    const origin = await startSite(t);
    const { page, context, errors } = await open(browser, { javaScriptEnabled });
    await page.goto(`${origin}/account`);
    await page.fill("#new-name", "<b>Ada</b> & \"co\"");
    await page.fill("#new-email", "ada@localhost");
    await submit(page, "button[value=open]");
    assert.match(await page.textContent("[role=alert]"), /email address such as/);
    await page.fill("#new-email", "ada@example.org");
    await submit(page, "button[value=open]");
    const code = await page.textContent("#code");
    assert.match(code, /^([A-Z2-9]{5}-){3}[A-Z2-9]{5}$/);

    await page.goto(`${origin}/account`);
    await page.fill("#code", code);
    await submit(page, "button[value=read]");
    assert.match(await page.textContent(".facts"), /<b>Ada<\/b> & "co"/);
    await page.fill("#my-name", "Ada Lovelace");
    await submit(page, "button[value=correct]");
    assert.match(await page.textContent(".facts"), /Ada Lovelace.*ada@example\.org/);
    await submit(page, "button[value=delete]");
    await page.goto(`${origin}/account`);
    await page.fill("#code", code);
    await submit(page, "button[value=read]");
    assert.match(await page.textContent("[role=alert]"), /No account has this code/);
    assert.deepEqual(await cookieNames(context), []);
    // The browser tells of each status that is an error.
    assert.equal(errors.filter((text) => !/status of (422|404)/.test(text)).length, 0, errors.join("\n"));
  });
}

test("the list of cookies tells what is set, withheld and cleared, and follows an answer in place", async (t) => {
  const origin = await startSite(t);
  const { page, context, errors } = await open(browser);
  await page.goto(`${origin}/cookies`);
  assert.deepEqual([await row(page, "privacy"), await row(page, "_cs"), await row(page, "offer")], ["may", "withheld", "withheld"]);
  await grant(page, "statistics");
  await page.waitForSelector('[data-cookie="_cs"][data-state="may"]');
  await page.goto(`${origin}/cookies`);
  await page.reload();
  assert.deepEqual([await row(page, "privacy"), await row(page, "_cs"), await row(page, "offer")], ["set", "set", "withheld"]);

  // A leftover of something that is not allowed is deleted, and said to be.
  await context.addCookies([{ name: "offer", value: "editor", url: origin }, { name: "stranger", value: "1", url: origin }]);
  await page.reload();
  assert.equal(await row(page, "offer"), "cleared");
  assert.match(await page.textContent("main"), /Cookies we do not know.*stranger/);
  await page.reload();
  assert.equal(await row(page, "offer"), "withheld");
  assert.deepEqual(await cookieNames(context), ["_cs", "privacy", "privacy-outcome", "stranger"]);
  assert.deepEqual(errors, []);
});

test("a click-stream holds what was declared and no more, and can be erased", async (t) => {
  const origin = await startSite(t);
  const agent = engine.name === "WebKit" ? "Safari" : engine.name;
  // The others come with an agent that cannot be changed.
  const { page, context, errors } = await open(browser, { userAgent: "Mozilla/5.0 (X11) Chrome/156.0 Secret/7", locale: "fr-CH" });
  await page.goto(`${origin}/activity?secret=1`);
  await grant(page, "statistics");
  await page.waitForSelector(prompt, { state: "detached" });
  await page.goto(`${origin}/activity?secret=2`);
  const cells = await page.locator("#stream tbody tr:first-child td").allTextContents();
  assert.deepEqual([cells[0], cells[3], cells[4], cells[5]], ["/activity", agent, "fr-CH", "127.0.0.0/24"]);
  assert.doesNotMatch(await page.textContent("#stream"), /[Ss]ecret/);
  await page.goto(`${origin}/privacy`);
  await page.goto(`${origin}/activity`);
  assert.equal(await page.locator("#stream tbody tr").count(), 3);
  await submit(page, "[action='/activity/erase'] button");
  // The redirect is a visit again, in a new stream.
  assert.equal(await page.locator("#stream tbody tr").count(), 1);
  assert.deepEqual(await cookieNames(context), ["_cs", "privacy", "privacy-outcome"]);
  assert.deepEqual(errors, []);
});

test("in no width, light or dark, does anything overflow, lack contrast, break the site's rules or leave the site", async (t) => {
  const origin = await startSite(t);
  for (const colorScheme of ["light", "dark"])
    for (const width of [engine.narrowest ?? 320, 1280]) {
      const { page, errors, requests } = await open(browser, { colorScheme, viewport: { width, height: 640 } });
      for (const answered of [false, true])
        for (const path of pages) {
          const what = `${path} at ${width}, ${colorScheme}, ${answered ? "answered" : "asked"}`;
          await page.goto(origin + path);
          assert.equal(await page.evaluate("innerWidth"), width, what);
          // A scroll bar takes its part of the width in some engines.
          assert.equal(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"), 0, what);
          const landmarks = await page.evaluate("['main', 'h1'].map((name) => document.querySelectorAll(name).length)");
          if (!path.startsWith("/privacy-choices")) assert.deepEqual(landmarks, [1, 1], what);
          if (!answered && (await page.locator(`${prompt} summary`).count())) await page.click(`${prompt} summary`);
          assert.deepEqual(await page.evaluate(contrastFaults), [], what);
          if (path === pages.at(-1) && !answered) {
            await page.goto(origin);
            await grant(page, "statistics", "preferences");
            await page.waitForSelector(prompt, { state: "detached" });
          }
        }
      assert.deepEqual(requests.filter((url) => new URL(url).origin !== origin), []);
      assert.deepEqual(errors, []);
    }
});

test("no page has a script or style of its own in it but the library's first, and the headers forbid others", async (t) => {
  const origin = await startSite(t);
  const { context } = await open(browser);
  for (const path of pages) {
    const response = await context.request.get(origin + path);
    const csp = response.headers()["content-security-policy"];
    assert.match(csp, /default-src 'none'/, path);
    assert.doesNotMatch(csp, /unsafe-inline|'unsafe-eval'|\*/, path);
    const html = await response.text();
    const [inline, ...more] = html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>(.*?)<\/script>/g);
    const hash = createHash("sha256").update(inline?.[1] ?? "").digest("base64");
    assert.ok((!inline || csp.includes(`'sha256-${hash}'`)) && more.length === 0, path);
    assert.doesNotMatch(html, /<style|\sstyle=|\son\w+=/, path);
    assert.match(response.headers()["cache-control"] ?? "", /private|no-store|no-cache/, path);
  }
});
