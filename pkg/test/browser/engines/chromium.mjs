// Chromium, through Playwright, whose pages and contexts are the face that the tests are written for.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { until } from "./page.mjs";

export const name = "Chromium";
export const lacks = {};

const started = (...more) => ({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    ...more,
  ],
});

/** Playwright switches the back/forward cache off unless one asks for it. */
export async function start({ backForwardCache = false } = {}) {
  const ignoreDefaultArgs = backForwardCache ? ["--disable-back-forward-cache"] : [];
  const browser = await chromium.launch({ ...started(), ignoreDefaultArgs });
  return {
    close: () => browser.close(),
    async open(options) {
      const context = await browser.newContext(options);
      context.setDefaultTimeout(10_000);
      return { context, ...(await openIn(context)) };
    },
  };
}

/** One with a profile on disk, whose settings are as most people have them: other contexts store no third-party cookies. */
export async function startProfile(options, ...args) {
  const folder = await mkdtemp(join(tmpdir(), "consentry-"));
  await mkdir(join(folder, "Default"));
  await writeFile(join(folder, "Default/Preferences"), JSON.stringify({ profile: { cookie_controls_mode: 0 } }));
  const context = await chromium.launchPersistentContext(folder, { ...options, ...started(...args) });
  context.setDefaultTimeout(10_000);
  const close = async () => {
    await context.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  return { context, close };
}

export async function openIn(context) {
  const page = await context.newPage();
  // Playwright's own waits in the page, and sees nothing change in one without scripting.
  page.waitForFunction = (what, argument, { timeout } = {}) =>
    until(String(what), () => page.evaluate(typeof what === "string" ? `!!(${what})` : what, argument), timeout);
  const errors = [];
  const requests = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("request", (request) => requests.push(request.url()));
  return { page, errors, requests };
}
