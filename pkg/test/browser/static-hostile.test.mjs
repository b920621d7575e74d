// A page without a server of ours, with markup, ids and texts that are there to do harm: nothing runs, nothing is granted, nobody
// else is asked for anything, and refusing still works.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import { after } from "node:test";
import { policy } from "../policy.mjs";
import { launch, open, serve, test } from "./launch.mjs";

/** Somebody else's server; nobody is to ask it. */
let asked = [];
const foreign = createServer((request, response) => {
  asked.push(request.url);
  response.setHeader("content-type", "text/javascript").end("window.harm = true;");
});
foreign.listen(0, "127.0.0.1");
await once(foreign, "listening");
after(() => foreign.close());
const evil = `http://127.0.0.1:${foreign.address().port}`;

/** Each page has a cookie of its own, so that none finds what was answered on another. */
let count = 0;

const shop = (before, given) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Corner shop</title></head>
<body>${before}<script src="/dist/consentry.min.js" defer></script>
<script defer src="data:text/javascript,${encodeURIComponent(`
  globalThis.before = Object.getOwnPropertyNames(Object.prototype).join();
  try {
    globalThis.store = consentry.start(JSON.parse(${JSON.stringify(JSON.stringify({ ...given, cookie: `privacy-${++count}` }))}));
  } catch (error) {
    globalThis.refusal = String(error);
  }`)}"></script>
<script type="text/plain" data-consent="statistics">globalThis.harm = true</script></body></html>`;

const pages = new Map();
const browser = await launch();
const origin = await serve(
  new Proxy({}, { get: (_, path) => pages.get(path) }),
);
const prompt = "[data-cy=prompt]";

/** Goes to a page, refuses, and says what was wrong with it. */
async function visit({ page, errors }, path) {
  const faults = [];
  errors.length = 0;
  asked = [];
  await page.goto(origin + path);
  await page.waitForSelector(prompt).catch(() => faults.push(`${path}: no banner`));
  if (!faults.length) {
    await page.click(`${prompt} summary`);
    await page.click(`${prompt} button[value=reject]`);
    const gone = page.waitForSelector(prompt, { state: "detached" });
    await gone.catch(() => faults.push(`${path}: not refused`));
    const state = await page.evaluate(() => ({
      allowed: Object.entries(store.decision.ids).filter(([, { status }]) => status === "granted"),
      prototype: Object.getOwnPropertyNames(Object.prototype).join() === before,
    }));
    if (state.allowed.length) faults.push(`${path}: allowed ${JSON.stringify(state.allowed)}`);
    if (!state.prototype) faults.push(`${path}: Object.prototype has changed`);
    await page.evaluate("consentry.openChoices(store)");
    const refuse = page.click("dialog button[value=reject]");
    await refuse.catch(() => faults.push(`${path}: no choices`));
  }
  if (await page.evaluate("globalThis.harm === true")) faults.push(`${path}: something ran`);
  if (asked.length) faults.push(`${path}: asked for ${asked}`);
  return [...faults, ...errors.map((error) => `${path}: ${error}`)];
}

async function visitAll(given) {
  pages.clear();
  for (const [path, page] of given) pages.set(path, page);
  const opened = await open(browser);
  const faults = [];
  for (const path of pages.keys()) {
    faults.push(...(await visit(opened, path)));
  }
  return faults;
}

test("forty pages whose markup shadows what scripts ask the document for", async () => {
  const names = [
    "currentScript", "cookie", "body", "head", "documentElement", "forms", "scripts", "activeElement", "defaultView", "location",
    "createElement", "querySelector", "querySelectorAll", "getElementById", "adoptedStyleSheets", "addEventListener", "dispatchEvent",
    "consentry", "consent", "store", "cy-title", "cy-panel-title", "navigator", "history", "localStorage", "crypto", "WebAssembly",
    "TextDecoder", "JSON", "Object", "prototype", "constructor", "__proto__", "toString", "valueOf", "hasOwnProperty", "act", "asked",
    "on", "version", "policy", "method", "action", "elements", "submit", "children", "nodeType", "parentNode",
  ];
  // Some of these would take the very script away that the page starts with, which is the page's own doing.
  const own = new Set(["consentry", "store"]);
  const markup = [
    (name) => `<img name="${name}" id="${name}" src="${evil}/pixel" loading="lazy" style="display:none" alt="">`,
    (name) => `<form name="${name}" id="${name}" action="${evil}/form"><input name="${name}"><input name="action" value="x"></form>`,
    (name) => `<a id="${name}" href="${evil}/link"></a><a id="${name}" name="src" href="${evil}/link"></a>`,
    (name) => `<form id="${name}"><input name="children"><input name="querySelector"></form><form id="${name}"></form>`,
  ];
  const given = names
    .filter((name) => !own.has(name))
    .map((name, place) => [`/shadow-${place}`, shop(markup[place % markup.length](name), policy)]);
  assert.ok(given.length >= 40);
  assert.deepEqual(await visitAll(given), []);
});

test("ids that objects have already are ids like any other, or refused by the grammar", async () => {
  const ids = ["constructor", "prototype", "valueof", "tostring", "hasownproperty", "then", "length", "name", "ids", "status"];
  const categories = [...policy.categories, ...ids.map((id) => ({ id, name: id }))];
  assert.deepEqual(await visitAll([["/ids", shop("", { ...policy, categories })]]), []);
  const { page } = await open(browser);
  for (const id of ["__proto__", "toString", "hasOwnProperty", "valueOf", "__defineGetter__"]) {
    pages.set("/refused", shop("", { ...policy, categories: [...policy.categories, { id }] }));
    await page.goto(`${origin}/refused`);
    assert.match(await page.evaluate("refusal"), /bad-value at categories\[3\]\.id/, id);
    assert.equal(await page.locator(prompt).count(), 0);
  }
});

test("texts are texts, wherever a policy has one", async () => {
  const attack = `"><img src="${evil}/image" onerror="harm=true"><script src="${evil}/script"></scr` + `ipt><svg onload="harm=true">'\u2028\`{{harm=true}}$\{harm=true}`;
  const full = {
    ...policy,
    locale: "en",
    contact: { name: attack, url: "/contact" },
    categories: policy.categories.map((category) => ({ ...category, name: attack, purpose: attack })),
    services: policy.services.map((service) => ({ ...service, name: attack, purpose: attack, facts: [attack] })),
    words: Object.fromEntries(["title", "intro", "accept", "reject", "settings", "save", "saved", "contact", "dir", "locale"].map((word) => [word, attack])),
  };
  assert.deepEqual(await visitAll([["/texts", shop("", full)]]), []);
  const { page } = await open(browser);
  for (const url of ["javascript:harm=true", "data:text/html,x", " javascript:x", "//evil.example", "vbscript:x"]) {
    pages.set("/address", shop("", { ...policy, contact: { name: "x", url } }));
    await page.goto(`${origin}/address`);
    assert.match(await page.evaluate("refusal"), /bad-value at contact\.url/, url);
  }
});
