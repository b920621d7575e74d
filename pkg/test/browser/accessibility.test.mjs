// What people meet who zoom, use the keyboard, a screen reader or colours of their own: WCAG 2.2 AA, in each layout, theme,
// direction and width. axe-core finds what a machine can find; what it cannot is looked for by itself.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { policy } from "../policy.mjs";
import { engine, launch, needs, open, serve, test } from "./launch.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const layouts = {
  bar: "",
  box: '<link rel="stylesheet" href="/dist/box.css">',
  center: '<link rel="stylesheet" href="/dist/center.css"><script src="/dist/center.min.js" defer></script>',
};
const links = Array.from({ length: 40 }, (_, i) => `<li><a href="#end" id="link-${i}">Link ${i}</a></li>`).join("");
const page = (layout, dir) => `<!doctype html>
<html lang="en" dir="${dir}"><head><meta charset="utf-8"><title>Corner shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<style>:root{background:#fff;color:#111}a{color:#00e}@media(prefers-color-scheme:dark){:root{background:#111;color:#eee}a{color:#9bf}}</style>
${layouts[layout]}<script src="/dist/consentry.min.js" defer></script><script src="/start.js" defer></script></head>
<body><main><h1>Corner shop</h1><button data-consent-open>Choices</button><ul>${links}</ul>
<div data-cy="placeholder" data-cy-for="videos" id="place"></div><p id="end">The end.</p></main></body></html>`;

const told = {
  ...policy,
  version: 2,
  contact: { name: "Corner shop", url: "/contact" },
  regimes: [{ id: "us-ca", kind: "opt-out", regions: ["US-CA"], gpc: "honour-unless-overridden" }],
  changes: [{ version: 2, kind: "notify", touches: ["statistics"], summary: "Another company counts the visits for us." }],
};
const pages = Object.keys(layouts).flatMap((layout) =>
  ["ltr", "rtl"].map((dir) => [`/${layout}-${dir}`, page(layout, dir)]),
);
const browser = await launch();
const origin = await serve({
  ...Object.fromEntries(pages),
  "/start.js": `window.policies = ${JSON.stringify({ asked: policy, told })};
    const which = new URLSearchParams(location.search).get("policy") ?? "asked";
    // Arabic words run from right to left.
    const locale = document.documentElement.dir === "rtl" ? "ar" : "en";
    window.consent = consentry.start({ ...policies[which], locale }, { region: which === "told" ? "US-CA" : "", gpc: which === "told" });`,
});

const prompt = "[data-cy=prompt]";

/** What axe-core finds, in words. */
async function violations(page) {
  await page.evaluate(`void (window.axe ?? (() => { ${axe} })())`);
  const found = await page.evaluate(
    async (tags) => (await axe.run(document, { runOnly: tags, resultTypes: ["violations"] })).violations,
    TAGS,
  );
  return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`));
}

/** The views of a page: how to get to each, and what shows that it is there. */
const views = {
  banner: { show: async () => {}, seen: prompt },
  settings: { show: (page) => page.click(`${prompt} summary`), seen: `${prompt} input[value=statistics]` },
  choices: {
    show: async (page) => {
      await page.click(`${prompt} button[value=reject]`);
      await page.waitForSelector(prompt, { state: "detached" });
      await page.click("[data-consent-open]");
      await page.click("dialog .cy-services summary");
    },
    seen: "dialog[open] [data-cy=choices] .cy-services li",
  },
  notice: { query: "?policy=told", show: async () => {}, seen: "[data-cy=notice]" },
};

for (const layout of Object.keys(layouts))
  for (const dir of ["ltr", "rtl"])
    test(`axe-core finds nothing: ${layout}, ${dir}, each view, light and dark, at 320, 768 and 1280 px`, needs("media-emulation"), async () => {
      const faults = [];
      for (const [name, { query = "", show, seen }] of Object.entries(views)) {
        const { page, context, errors } = await open(browser, { viewport: { width: 1280, height: 800 } });
        await page.goto(`${origin}/${layout}-${dir}${query}`);
        await page.waitForFunction("window.consent");
        await show(page);
        await page.waitForSelector(seen);
        for (const width of [320, 768, 1280])
          for (const colorScheme of ["light", "dark"]) {
            await page.setViewportSize({ width, height: width === 320 ? 640 : 800 });
            await page.emulateMedia({ colorScheme });
            const where = `${name}, ${width} px, ${colorScheme}`;
            faults.push(...(await violations(page)).map((fault) => `${where}: ${fault}`));
            // Reflow (1.4.10): nothing is wider than the page.
            const wide = await page.evaluate("document.scrollingElement.scrollWidth - innerWidth");
            if (wide > 0) faults.push(`${where}: ${wide} px wider than the page`);
          }
        faults.push(...errors);
        await context.close();
      }
      assert.deepEqual(faults, []);
    });

for (const [name, { query = "", show, seen }] of Object.entries(views))
  test(`axe-core finds nothing: the ${name} as it comes up`, async () => {
    const { page, errors } = await open(browser);
    await page.goto(`${origin}/bar-ltr${query}`);
    await page.waitForFunction("window.consent");
    await show(page);
    await page.waitForSelector(seen);
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(errors, []);
  });

test("accepting and refusing look alike in every layout and theme", needs("media-emulation"), async () => {
  for (const layout of Object.keys(layouts)) {
    const { page, context } = await open(browser, { viewport: { width: 1280, height: 800 } });
    await page.goto(`${origin}/${layout}-ltr`);
    await page.waitForSelector(prompt);
    for (const colorScheme of ["light", "dark"])
      for (const forcedColors of ["none", "active"])
        for (const width of [320, 1280]) {
          await page.emulateMedia({ colorScheme, forcedColors });
          await page.setViewportSize({ width, height: 800 });
          const [accept, reject] = await page.evaluate(() =>
            ["accept", "reject"].map((act) => {
              const button = document.querySelector(`[data-cy=prompt] button[value=${act}]`);
              const { width, height } = button.getBoundingClientRect();
              const style = getComputedStyle(button);
              const looks = ["color", "backgroundColor", "borderColor", "borderWidth", "fontSize", "fontWeight", "opacity"];
              return { width: Math.round(width), height: Math.round(height), ...Object.fromEntries(looks.map((name) => [name, style[name]])) };
            }),
          );
          assert.deepEqual(accept, reject, `${layout} ${colorScheme} ${forcedColors} ${width}`);
          assert.notEqual(accept.borderWidth, "0px");
        }
    await context.close();
  }
});

/** The focused element, and whether something of it can be seen. */
const focus = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    const { left, top, right, bottom } = element.getBoundingClientRect();
    const steps = (from, to) => [0.1, 0.5, 0.9].map((part) => from + (to - from) * part);
    const seen = steps(left, right).some((x) =>
      steps(top, bottom).some((y) => {
        const found = document.elementFromPoint(x, y);
        return found && (found === element || element.contains(found) || found.contains(element));
      }),
    );
    // An engine may stop at a box that scrolls.
    const inBanner = !!element.parentElement?.closest("[data-cy=prompt]");
    window.walked ??= new WeakSet();
    const again = walked.has(element);
    walked.add(element);
    return { name: element.id || element.textContent.trim() || element.value, inBanner, seen, again, tag: element.localName };
  });

for (const layout of ["bar", "box"])
  for (const size of [
    { width: 1280, height: 720 },
    // 1280 by 1024 at 400 %.
    { width: engine.narrowest ?? 320, height: 256 },
  ])
    test(`the focus is always seen and leaves the banner again: ${layout}, ${size.height === 256 ? "small" : "large"}`, async () => {
      const { page, context } = await open(browser, { viewport: size });
      await page.goto(`${origin}/${layout}-ltr`);
      await page.waitForSelector(prompt);
      const walk = [];
      for (let stop = 0; stop < 60; stop++) {
        await page.keyboard.press("Tab");
        const now = await focus(page);
        // At the end an engine leaves the page, or begins anew.
        if (now.tag === "body" || now.again) break;
        walk.push(now);
      }
      assert.deepEqual(walk.filter(({ seen }) => !seen), []);
      const names = walk.filter(({ inBanner }) => inBanner).map(({ name }) => name);
      // The banner comes first, and its buttons in this order.
      assert.deepEqual(names, ["Accept all", "Refuse all", "Settings"]);
      assert.ok(walk.findIndex(({ inBanner }) => inBanner) <= walk.findIndex(({ tag }) => tag === "section") + 1);
      assert.ok(walk.some(({ name }) => name === "link-39"), "the end of the page can be reached");
      await context.close();
    });

test("the banner in the middle is modal, and Esc closes it and decides nothing", async () => {
  const { page, context, errors } = await open(browser, { viewport: { width: 1280, height: 720 } });
  await page.goto(`${origin}/center-ltr`);
  await page.waitForSelector(`dialog[open] ${prompt}`);
  // Not on a button: Enter must not answer what just came up.
  assert.equal((await focus(page)).tag, "h2");
  await page.keyboard.press("Enter");
  const names = [];
  for (let stop = 0; stop < 5; stop++) {
    await page.keyboard.press("Tab");
    names.push((await focus(page)).name);
  }
  assert.deepEqual(names.slice(0, 3), ["Accept all", "Refuse all", "Settings"]);
  await page.keyboard.press("Escape");
  assert.equal(await page.evaluate("consent.decision.prompt.cause"), "first-visit");
  assert.deepEqual(await context.cookies(), []);
  assert.equal(await page.locator(prompt).isVisible(), false);
  await page.click("#link-0");
  // The next page asks again.
  await page.reload();
  await page.click(`dialog[open] ${prompt} button[value=reject]`);
  await page.waitForSelector("dialog", { state: "detached" });
  assert.equal(await page.evaluate("consent.decision.ids.statistics.status"), "denied");
  assert.deepEqual(errors, []);
});

test("a screen reader is told what everything is, its state, and what became of an answer", needs("accessibility-tree"), async () => {
  const { page } = await open(browser);
  await page.goto(`${origin}/bar-ltr`);
  await page.click(`${prompt} summary`);
  assert.equal(
    (await page.locator("body").ariaSnapshot()).split("- main")[0].trimEnd(),
    `- dialog "Your privacy choices":
  - heading "Your privacy choices" [level=2]
  - paragraph: May we do the following? You can say no; the site works either way.
  - paragraph: Preferences, Statistics, Marketing, Videos
  - button "Accept all"
  - button "Refuse all"
  - group:
    - text: Settings
    - checkbox "Preferences Remember your settings."
    - strong: Preferences
    - text: Remember your settings.
    - checkbox "Statistics Count visits."
    - strong: Statistics
    - text: Count visits.
    - checkbox "Marketing Show what may interest you."
    - strong: Marketing
    - text: Show what may interest you.
    - checkbox "Videos"
    - strong: Videos
    - button "Save choices"`,
  );
  await page.click(`${prompt} button[value=save]`);
  const status = page.locator("[role=status]:not(:empty)");
  await status.waitFor();
  assert.equal(await status.textContent(), "Your choice is saved.");
});

test("nothing moves, nothing scrolls away, targets are large enough, and wide text spacing fits", async () => {
  for (const layout of Object.keys(layouts)) {
    const { page, context } = await open(browser, { viewport: { width: engine.narrowest ?? 320, height: 256 } });
    await page.goto(`${origin}/${layout}-ltr`);
    await page.waitForSelector(prompt);
    assert.equal(await page.evaluate("document.getAnimations().length"), 0);
    // Text spacing (1.4.12).
    await page.evaluate((text) => {
      const style = document.createElement("style");
      style.textContent = text;
      document.head.append(style);
    }, "*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}p{margin-bottom:2em!important}");
    await page.click(`${prompt} summary`);
    const faults = await page.evaluate(() => {
      const bar = document.querySelector("[data-cy=prompt]");
      const clipped = [...bar.querySelectorAll("*")].filter(
        (element) => element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== "inline",
      );
      const small = [...bar.querySelectorAll("button:not([hidden]),summary,input:not([type=hidden]),a")].filter((target) => {
        const { width, height } = target.getBoundingClientRect();
        return width < 24 || height < 24;
      });
      const { top, bottom } = (bar.closest("dialog") ?? bar).getBoundingClientRect();
      const out = top < 0 || bottom > innerHeight ? ["the banner is out of the window"] : [];
      return [...clipped.map((e) => `clipped: ${e.outerHTML}`), ...small.map((e) => `small: ${e.outerHTML}`), ...out];
    });
    assert.deepEqual(faults, [], layout);
    // The page can be scrolled while it is asked.
    await page.mouse.move(10, 10);
    await page.mouse.wheel(0, 200);
    await page.waitForFunction("scrollY > 0");
    await context.close();
  }
});
