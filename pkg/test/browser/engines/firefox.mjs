// Firefox, through Puppeteer and WebDriver BiDi.
import puppeteer from "puppeteer-core";
import { Page, get, until } from "./page.mjs";

export const name = "Firefox";
export const lacks = {
  "media-size": "Firefox gives a stretched player a height of its own once it has an address",
  "media-emulation": "BiDi changes colour schemes and forced colours for a whole browser only",
  "accessibility-tree": "BiDi does not hand the accessibility tree out",
  prerender: "Firefox does not prerender pages",
  "layout-shift": "Firefox does not report layout shifts to pages",
  "host-rules": "Firefox has no switch that leads host names to ports",
};

/** The settings that make the kind of browser that is asked for: BiDi cannot change them for a context. */
function preferences({ javaScriptEnabled = true, colorScheme = "light", gpc = false, locale = "en-US" } = {}) {
  return {
    "intl.accept_languages": locale,
    "javascript.enabled": javaScriptEnabled,
    // What a browser asks for by itself is no business of a page.
    "browser.chrome.site_icons": false,
    // Tabs that nobody looks at wait a second for each timer; tests let several act at the same moment.
    "dom.min_background_timeout_value": 4,
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

/** How each context opens a tab. */
const openers = new WeakMap();

/** One more tab of a context. */
export const openIn = (context) => openers.get(context)();

async function contextOf(own, { viewport, locale = "en-US", extraHTTPHeaders = {} }) {
  const tabs = new Set();
  let closed;
  let headers = { "accept-language": locale, ...extraHTTPHeaders };
  const context = {
    cookies: () => own.cookies(),
    addCookies: (cookies) => own.setCookie(...cookies.map(withDomain)),
    clearCookies: async () => own.deleteCookie(...(await own.cookies())),
    async setExtraHTTPHeaders(wanted) {
      headers = { "accept-language": locale, ...wanted };
      await Promise.all([...tabs].map((tab) => tab.setExtraHTTPHeaders(headers)));
    },
    request: { get: (url, { headers: more } = {}) => get(context, headers, url, more) },
    close: () => (closed ??= own.close()),
  };
  openers.set(context, async () => {
    const tab = await own.newPage();
    tabs.add(tab);
    tab.setDefaultTimeout(60_000);
    tab.on("close", () => tabs.delete(tab));
    // BiDi tells of an object in the console only that it is one.
    await tab.evaluateOnNewDocument(() => {
      const { error } = console;
      console.error = (...said) => error.apply(console, said.map(String));
    });
    await tab.setViewport(viewport ?? { width: 1280, height: 720 });
    await tab.setExtraHTTPHeaders(headers);
    return pageOf(tab);
  });
  return { context, ...(await openIn(context)) };
}

function pageOf(tab) {
  const errors = [];
  const requests = [];
  tab.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  tab.on("pageerror", (error) => errors.push(String(error)));
  tab.on("request", (request) => requests.push(request.url()));
  const page = new Page({
    async goto(url, { waitUntil = "load" } = {}) {
      const loaded = tab.goto(url);
      if (waitUntil === "load") return loaded;
      loaded.catch(() => {});
      await until(url, async () => (await tab.evaluate("location.href")).startsWith(url));
    },
    reload: () => tab.reload(),
    run: (text) => tab.evaluate(text),
    click: (x, y) => tab.mouse.click(x, y),
    async press(keys) {
      const [key, ...held] = keys.split("+").reverse();
      for (const one of held) await tab.keyboard.down(one);
      await tab.keyboard.press(key === "Space" ? " " : key);
      for (const one of held) await tab.keyboard.up(one);
    },
    wheel: async (y) => {
      await tab.mouse.move(10, 10);
      await tab.mouse.wheel({ deltaY: y });
    },
    resize: (size) => tab.setViewport(size),
    route: router(tab),
    requests,
    close: () => tab.close(),
  });
  return { page, errors, requests };
}

function router(tab) {
  const routes = [];
  return async (pattern, handler) => {
    routes.push({ pattern, handler });
    if (routes.length > 1) return;
    await tab.setRequestInterception(true);
    tab.on("request", (request) => {
      const route = routes.find(({ pattern }) => pattern.test(request.url()));
      if (!route) return void request.continue();
      route.handler({
        continue: () => request.continue(),
        abort: () => request.abort(),
        fulfill: (response) => request.respond(response),
      });
    });
  };
}

function withDomain({ url, ...cookie }) {
  return url ? { path: "/", domain: new URL(url).hostname, ...cookie } : cookie;
}
