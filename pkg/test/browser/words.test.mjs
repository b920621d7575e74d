// The library's words in the page's language, of which only the wanted ones travel.
import assert from "node:assert/strict";
import { engine, launch, needs, open, serve, test } from "./launch.mjs";

const policy = { id: "corner-shop", categories: [{ id: "statistics", name: "Stat 1" }], services: [] };
const own = { accept: "Oui, tout", reject: "Non, rien", dir: "ltr" };

const html = (attributes, start = "consentry.start(policy)") => `<!doctype html>
<html ${attributes}><head><meta charset="utf-8"><title>Corner shop</title>
<script>var policy = ${JSON.stringify(policy)}, ran = []; addEventListener("DOMContentLoaded", () => { window.consent = ${start}; });</script>
<script src="/dist/consentry.min.js" defer></script>
<script type="text/plain" data-consent="statistics">ran.push("statistics");</script></head>
<body><h1>Corner shop</h1><button data-consent-open>Choices</button></body></html>`;

const browser = await launch();
const origin = await serve({
  "/en": html('lang="en"'),
  "/en-us": html('lang="en-US"'),
  "/fr": html('lang="fr"'),
  "/fr-ca": html('lang="fr-CA"'),
  "/zh-tw": html('lang="zh-TW"'),
  "/none": html(""),
  "/unknown": html('lang="tlh"'),
  "/by-policy": html('lang="en"', 'consentry.start({ ...policy, locale: "pt-BR" })'),
  "/own": html('lang="fr"', `consentry.start({ ...policy, locale: "fr-BE", words: ${JSON.stringify(own)} })`),
  "/odd": html('lang="en"', 'consentry.start({ ...policy, locale: "in english", words: { accept: "Yes" } })'),
  "/ar": html('lang="ar" dir="rtl"'),
  "/he-in-ltr": html('lang="en"', 'consentry.start({ ...policy, locale: "he" })'),
  "/en-in-rtl": html('lang="ar" dir="rtl"', 'consentry.start({ ...policy, locale: "en" })'),
  "/by-address": `<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Corner shop</title>
    <script src="/dist/consentry.min.js" data-policy="/policy.json" defer></script></head><body></body></html>`,
  "/strict": {
    body: `<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Corner shop</title>
      <script src="/dist/consentry.min.js" data-policy="/policy.json" defer></script></head><body></body></html>`,
    headers: {
      "content-security-policy":
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; require-trusted-types-for 'script'",
    },
  },
  "/policy.json": JSON.stringify(policy),
  "/module": `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Corner shop</title><script type="module">
    import { createConsent } from "/dist/index.js";
    import { mountBanner } from "/dist/banner.js";
    import nb from "/dist/words/no.js";
    mountBanner(createConsent(${JSON.stringify(policy)}), { words: nb });
    </script></head><body><button data-consent-open>Choices</button></body></html>`,
});

const prompt = "[data-cy=prompt]";

/** Opens a page, and returns what of the words it has asked for. */
async function visit(path, options) {
  const { page, context, errors, requests } = await open(browser, { locale: "en-US", ...options });
  const asked = () => {
    const paths = requests.map((url) => new URL(url).pathname);
    return paths.filter((path) => path.startsWith("/dist/")).map((path) => path.slice("/dist/".length));
  };
  await page.goto(origin + path);
  await page.waitForSelector(prompt);
  const shown = {
    lang: await page.getAttribute(prompt, "lang"),
    dir: await page.getAttribute(prompt, "dir"),
    accept: (await page.textContent(`${prompt} [value=accept]`)).trim(),
  };
  return { page, context, errors, asked, shown };
}

const english = { lang: "en", dir: "ltr", accept: "Accept all" };
const french = { lang: "fr", dir: "ltr", accept: "Tout accepter" };

test("an English page asks for no words", async () => {
  for (const path of ["/en", "/en-us"]) {
    const { asked, shown, errors } = await visit(path, { locale: "fr-FR" });
    assert.deepEqual(shown, english);
    assert.deepEqual(asked(), ["consentry.min.js"]);
    assert.deepEqual(errors, []);
  }
});

test("a French page asks for one file, and its choices are in French too", async () => {
  for (const path of ["/fr", "/fr-ca"]) {
    const { page, asked, shown, errors } = await visit(path);
    assert.deepEqual(shown, french);
    await page.click("[data-consent-open]");
    assert.equal(await page.locator("dialog [data-cy=choices]").getAttribute("lang"), "fr");
    assert.match(await page.locator("dialog").innerText(), /Toujours actif/);
    assert.deepEqual(asked(), ["consentry.min.js", "words/fr.js"]);
    assert.deepEqual(errors, []);
  }
});

test("a page that takes its policy from an address does the same", async () => {
  const { asked, shown } = await visit("/by-address");
  assert.deepEqual(shown, { lang: "de", dir: "ltr", accept: "Alle annehmen" });
  assert.deepEqual(asked(), ["consentry.min.js", "words/de.js"]);
});

test("the site's own Content-Security-Policy is enough, with Trusted Types", async () => {
  const { asked, shown, errors } = await visit("/strict");
  assert.deepEqual(shown, french);
  assert.deepEqual(asked(), ["consentry.min.js", "words/fr.js"]);
  assert.deepEqual(errors, []);
});

test("the region decides where it says the script", async () => {
  const { asked, shown } = await visit("/zh-tw");
  assert.deepEqual(shown, { lang: "zh-Hant", dir: "ltr", accept: "全部接受" });
  assert.deepEqual(asked(), ["consentry.min.js", "words/zh-tw.js"]);
});

test("the language of the policy's texts goes before the page's", async () => {
  const { asked, shown } = await visit("/by-policy");
  assert.deepEqual(shown, { lang: "pt-BR", dir: "ltr", accept: "Aceitar tudo" });
  assert.deepEqual(asked(), ["consentry.min.js", "words/pt-br.js"]);
});

test("a policy with words of its own needs none, and says their language", async () => {
  const { asked, shown } = await visit("/own");
  assert.deepEqual(shown, { lang: "fr-BE", dir: "ltr", accept: "Oui, tout" });
  assert.deepEqual(asked(), ["consentry.min.js"]);
});

test("where the page says no language the browser does", needs("languages"), async () => {
  const { asked, shown } = await visit("/none", { locale: "uk-UA" });
  assert.deepEqual(shown, { lang: "uk", dir: "ltr", accept: "Прийняти все" });
  assert.deepEqual(asked(), ["consentry.min.js", "words/uk.js"]);
});

test("where there are no words for a language they are in English, and say so", async () => {
  const { asked, shown } = await visit("/unknown", { locale: "fr-FR" });
  assert.deepEqual(shown, english);
  assert.deepEqual(asked(), ["consentry.min.js", "words/tlh.js"]);
});

test("where the file cannot be had the words are in English, and everything works", async () => {
  const { page } = await open(browser);
  await page.route("**/words/*", (route) => route.abort());
  await page.goto(`${origin}/fr`);
  await page.waitForSelector(prompt);
  assert.equal(await page.locator(prompt).getAttribute("lang"), "en");
  await page.click(`${prompt} [value=accept]`);
  await page.waitForFunction("ran.length === 1");
});

test("what is granted does not wait for words", async () => {
  const { page, context, asked } = await visit("/fr");
  await page.click(`${prompt} [value=accept]`);
  await page.waitForFunction("ran.length === 1");
  assert.deepEqual(asked(), ["consentry.min.js", "words/fr.js"]);
  const { page: again } = await engine.openIn(context);
  // The answer never comes.
  await again.route("**/words/*", () => {});
  await again.goto(`${origin}/fr`, { waitUntil: "commit" });
  await again.waitForFunction("ran.length === 1");
});

test("a bundler's page hands the words over", async () => {
  const { page, shown, errors } = await visit("/module");
  assert.deepEqual(shown, { lang: "nb", dir: "ltr", accept: "Godta alle" });
  await page.click("[data-consent-open]");
  assert.match(await page.locator("dialog").innerText(), /Alltid på/);
  assert.deepEqual(errors, []);
});

/** The left edges of two elements. */
const lefts = (page, ...selectors) =>
  Promise.all(selectors.map(async (selector) => (await page.locator(selector).first().boundingBox()).x));

test("the banner runs the way its words do, whichever way the page runs", async () => {
  for (const [path, lang, dir] of [
    ["/ar", "ar", "rtl"],
    ["/he-in-ltr", "he", "rtl"],
    ["/en-in-rtl", "en", "ltr"],
    ["/en", "en", "ltr"],
  ]) {
    const { page, shown, errors } = await visit(path, { viewport: { width: 900, height: 700 } });
    assert.equal(shown.lang, lang);
    assert.equal(shown.dir, dir);
    const [accept, reject] = await lefts(page, `${prompt} [value=accept]`, `${prompt} [value=reject]`);
    assert.equal(accept < reject, dir === "ltr", `${path}: accept at ${accept}, refuse at ${reject}`);
    await page.click(`${prompt} summary`);
    const [box, name] = await lefts(page, `${prompt} .cy-choice input`, `${prompt} .cy-choice strong`);
    assert.equal(box < name, dir === "ltr", `${path}: box at ${box}, name at ${name}`);
    // Nothing is wider than the window, either way.
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 900);
    // The choices in their dialog run the same way.
    await page.click("[data-consent-open]");
    const [always, necessary] = await lefts(page, "dialog .cy-always", "dialog .cy-choice strong");
    assert.equal(always < necessary, dir === "ltr", path);
    assert.equal(await page.locator("dialog [data-cy=choices]").evaluate((panel) => getComputedStyle(panel).direction), dir);
    if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}${path}.png` });
    assert.deepEqual(errors, []);
  }
});

test("the choices say when the visitor last chose, in the page's language, and nothing before", async () => {
  for (const [path, locale, words] of [
    ["/en", "en", "Your last choice:"],
    ["/fr", "fr", "Votre dernier choix"],
    ["/ar", "ar", ""],
    // What is no language is no reason to keep the choices shut.
    ["/odd", undefined, "Your last choice:"],
  ]) {
    const { page, errors } = await visit(path);
    await page.click("[data-consent-open]");
    await page.waitForSelector("dialog [data-cy=choices]");
    assert.equal(await page.locator("dialog time").count(), 0);
    await page.keyboard.press("Escape");
    await page.waitForSelector("dialog", { state: "detached" });
    const before = Date.now();
    await page.click(`${prompt} button[value=reject]`);
    await page.waitForSelector(prompt, { state: "detached" });
    await page.click("[data-consent-open]");
    await page.waitForSelector("dialog time");
    const at = Date.parse(await page.getAttribute("dialog time", "datetime"));
    assert.ok(at >= before - 1000 && at <= Date.now() + 1000, String(at));
    const says = await page.textContent("dialog p:has(> time)");
    assert.ok(says.includes(words), says);
    if (locale) {
      const inWords = ([at, locale]) => new Date(at).toLocaleDateString(locale, { dateStyle: "long" });
      assert.equal(await page.textContent("dialog time"), await page.evaluate(inWords, [at, locale]));
    }
    await page.keyboard.press("Escape");
    await page.waitForSelector("dialog", { state: "detached" });
    await page.evaluate("consent.forget()");
    await page.click("[data-consent-open]");
    await page.waitForSelector("dialog [data-cy=choices]");
    assert.equal(await page.locator("dialog time").count(), 0);
    assert.deepEqual(errors, []);
  }
});
