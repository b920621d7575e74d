// What the README has for pages without a bundler works as it is pasted.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { policy } from "../policy.mjs";
import { launch, open, serve, test } from "./launch.mjs";

const file = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const [classic, modules] = [...file("README.md").matchAll(/^```html\n(.*?)^```/gms)].map(([, html]) => html);

// The README's addresses are a site's own.
const pasted = (html) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title></head>
<body>${html.replaceAll("/consentry/dist/", "/dist/")}<iframe title="A film" data-consent="marketing" data-src="/film"></iframe></body></html>`;

const browser = await launch();
const origin = await serve({
  "/classic": pasted(classic),
  "/modules": pasted(modules),
  "/consentry.min.js": file("dist/consentry.min.js"),
  "/policy.json": JSON.stringify(policy),
  "/count.js": "window.counted = true;",
  "/film": "<!doctype html><title>Film</title>",
});

test("the plain script", async () => {
  const { page, errors } = await open(browser);
  await page.goto(`${origin}/classic`);
  await page.click("[data-cy=prompt] [value=accept]");
  await page.waitForFunction("window.counted");
  await page.click("[data-consent-open]");
  await page.waitForSelector("dialog[open]");
  assert.deepEqual(errors, []);
});

test("the modules", async () => {
  const { page, errors } = await open(browser);
  await page.goto(`${origin}/modules`);
  await page.waitForSelector(".cy-embed .cy-placeholder");
  await page.waitForFunction("getComputedStyle(document.querySelector('[data-cy=prompt]')).position === 'fixed'");
  await page.click("[data-cy=prompt] [value=accept]");
  await page.waitForSelector("iframe[src='/film']");
  assert.deepEqual(errors, []);
});
