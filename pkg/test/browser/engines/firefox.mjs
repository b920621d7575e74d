// Firefox, through Puppeteer and WebDriver BiDi.
import puppeteer from "puppeteer-core";
import { Page, get } from "./page.mjs";

export const name = "Firefox";
export const lacks = {
  interception: "the tests hold requests back through Playwright, which drives a Firefox of its own making only",
  "layout-shift": "Firefox does not report layout shifts to pages",
  "host-rules": "Firefox has no switch that leads host names to ports",
};

/** The settings that make the kind of browser that is asked for: BiDi cannot change them for a context. */
function preferences({ javaScriptEnabled = true, colorScheme = "light", gpc = false } = {}) {
  return {
    "javascript.enabled": javaScriptEnabled,
    // What a browser asks for by itself is no business of a page.
    "browser.chrome.site_icons": false,
    "layout.css.prefers-color-scheme.content-override": colorScheme === "dark" ? 0 : 1,
    "privacy.globalprivacycontrol.enabled": gpc,
  };
}

export async function start() {
  const kinds = new Map();
  const ofKind = (extraPrefsFirefox) => {
    const kind = JSON.stringify(extraPrefsFirefox);
    if (!kinds.has(kind)) {
      const executablePath = process.env.FIREFOX ?? "/usr/bin/firefox-esr";
      kinds.set(kind, puppeteer.launch({ browser: "firefox", executablePath, headless: true, extraPrefsFirefox }));
    }
    return kinds.get(kind);
  };
  return {
    close: async () => void (await Promise.all([...kinds.values()].map(async (browser) => (await browser).close()))),
    async open(options = {}) {
      const browser = await ofKind(preferences(options));
      return contextOf(await browser.createBrowserContext(), options);
    },
  };
}

async function contextOf(own, { viewport, locale = "en-US", extraHTTPHeaders = {} }) {
  const tab = await own.newPage();
  const errors = [];
  const requests = [];
  tab.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  tab.on("pageerror", (error) => errors.push(String(error)));
  tab.on("request", (request) => requests.push(request.url()));
  await tab.setViewport(viewport ?? { width: 1280, height: 720 });
  let headers = {};
  const context = {
    cookies: () => own.cookies(),
    addCookies: (cookies) => own.setCookie(...cookies.map(withDomain)),
    clearCookies: async () => own.deleteCookie(...(await own.cookies())),
    async setExtraHTTPHeaders(wanted) {
      headers = { "accept-language": locale, ...wanted };
      await tab.setExtraHTTPHeaders(headers);
    },
    request: { get: (url, { headers: more } = {}) => get(context, headers, url, more) },
    close: () => own.close(),
  };
  await context.setExtraHTTPHeaders(extraHTTPHeaders);
  const page = new Page({
    goto: (url) => tab.goto(url),
    reload: () => tab.reload(),
    run: (text) => tab.evaluate(text),
    click: (x, y) => tab.mouse.click(x, y),
    async press(keys) {
      const [key, ...held] = keys.split("+").reverse();
      for (const one of held) await tab.keyboard.down(one);
      await tab.keyboard.press(key === "Space" ? " " : key);
      for (const one of held) await tab.keyboard.up(one);
    },
    close: () => tab.close(),
  });
  return { context, page, errors, requests };
}

function withDomain({ url, ...cookie }) {
  return url ? { path: "/", domain: new URL(url).hostname, ...cookie } : cookie;
}
