// WebKitGTK, through its WebDriver and Selenium. What the driver cannot do, a proxy between the browser and the servers does.
import assert from "node:assert/strict";
import { Key } from "selenium-webdriver";
import { Page, get, until } from "./page.mjs";
import { Unanswered, answered, startDisplay, startSession } from "./webkit-driver.mjs";

export const name = "WebKit";
export const lacks = {
  // MiniBrowser can write its pages' messages out, but does not while a driver leads it.
  console: "WebKitWebDriver tells nothing of a page's console",
  "accessibility-tree": "WebDriver does not hand the accessibility tree out",
  "layout-shift": "WebKit does not report layout shifts to pages",
  "host-rules": "WebKitGTK has no switch that leads host names to ports",
  languages: "WebKitGTK tells pages of the system's own language only",
  "media-emulation": "WebDriver changes no colour schemes or forced colours",
  "media-size": "WebKit gives a stretched player a height of its own once it has an address",
  prerender: "WebKit does not prerender pages",
};

/** On a busy machine its driver now and then loses what it was told, and no error tells that from a page that does not do what it should. */
export const isUnsteady = true;

/** The least width of a page in pixels: MiniBrowser has a window of at least 447. */
export const narrowest = 450;

const keys = { Tab: Key.TAB, Enter: Key.ENTER, Escape: Key.ESCAPE, Space: " ", Shift: Key.SHIFT };

export async function start() {
  const display = await startDisplay();
  const opened = new Set();
  return {
    async close() {
      for (const { close } of opened) close();
      display.kill();
    },
    async open(options = {}) {
      const session = await startSession(display.name, options);
      opened.add(session);
      return contextOf(session, options);
    },
  };
}

/** How each context opens a tab. */
const openers = new WeakMap();

/** One more tab of a context, in a window of its own: what nobody sees has slow timers. */
export const openIn = (context) => openers.get(context)();

async function contextOf({ session, proxy, close: end }, { viewport, locale, extraHTTPHeaders = {}, javaScriptEnabled = true }) {
  const always = { "accept-language": locale ?? "en-US" };
  proxy.headers = { ...always, ...extraHTTPHeaders };
  const context = {
    cookies: () => session.manage().getCookies(),
    async addCookies(cookies) {
      for (const { url, ...cookie } of cookies) await session.manage().addCookie(cookie);
    },
    clearCookies: () => session.manage().deleteAllCookies(),
    setExtraHTTPHeaders: async (headers) => void (proxy.headers = { ...always, ...headers }),
    request: { get: (url, { headers } = {}) => get(context, proxy.headers, url, headers) },
    close: async () => end(),
  };
  // The driver looks at one window at a time.
  let at = await session.getWindowHandle();
  let last = Promise.resolve();
  const inTurn = (act) => (last = last.then(act, act));
  const inWindow = (handle) => (act) =>
    inTurn(async () => {
      if (at !== handle) await session.switchTo().window(handle);
      at = handle;
      return act();
    });
  const tab = async (handle) => {
    if (viewport) await inWindow(handle)(() => resize(session, viewport));
    return { page: pageOf(session, inWindow(handle), proxy, context.close, javaScriptEnabled), errors: [], requests: proxy.requests };
  };
  openers.set(context, async () => {
    const handle = await inTurn(async () => {
      await session.switchTo().newWindow("window");
      return (at = await session.getWindowHandle());
    });
    return tab(handle);
  });
  return { context, ...(await tab(at)) };
}

/**
 * What a page without scripting says. The driver never answers what meets it as it is being left, for the browser tells that a script's page
 * is gone only where scripts may run. No test changes such a page by what it asks, so it can be asked again.
 */
async function repeated(ask, attempts = 4) {
  try {
    return await answered("executeAsyncScript", ask(), 3_000);
  } catch (error) {
    if (!(error instanceof Unanswered) || attempts === 1) throw error;
    return repeated(ask, attempts - 1);
  }
}

function pageOf(session, inWindow, proxy, close, hasScripting) {
  const run = async (text) => {
    const ask = () =>
      session.executeAsyncScript(
        `const done = arguments[0];
         (async () => (${text}))().then((value) => done({ value }), (error) => done({ error: String(error) }));`,
      );
    const { value, error } = await (hasScripting ? ask() : repeated(ask));
    if (error) throw new Error(error);
    return value;
  };
  /** Goes to another document, and waits for it, or for all that loads with it. */
  const arrive = async (go, waitUntil) => {
    const look = () => inWindow(() => run("[performance.timeOrigin, document.readyState, location.href]"));
    const [left] = await until("the document that is left", look);
    await inWindow(go);
    await until("another document", async () => {
      const [here, state, address] = await look();
      // A new window replaces its first document by another empty one.
      return here !== left && address !== "about:blank" && (state === "complete" || waitUntil === "commit");
    });
  };
  const press = async (pressed) => {
    const [key, ...held] = pressed.split("+").reverse();
    const actions = session.actions({ async: true });
    for (const one of held) actions.keyDown(keys[one]);
    actions.keyDown(keys[key]).keyUp(keys[key]);
    for (const one of held) actions.keyUp(keys[one]);
    // On a machine with much to do the driver sometimes never tells that it has pressed: a key that was not shows in the page.
    await actions.perform().catch((error) => assert.ok(error instanceof Unanswered, error));
  };
  const click = (x, y) => session.actions({ async: true }).move({ x: Math.floor(x), y: Math.floor(y), duration: 0 }).click().perform();
  return new Page({
    goto: (url, { waitUntil = "load" } = {}) => arrive(() => session.get(url), waitUntil),
    reload: () => arrive(() => session.navigate().refresh(), "load"),
    run: (text) => inWindow(() => run(text)),
    click: (x, y) => inWindow(() => click(x, y)),
    press: (pressed) => inWindow(() => press(pressed)),
    wheel: (y) => inWindow(() => session.actions({ async: true }).scroll(10, 10, 0, y).perform()),
    resize: (size) => inWindow(() => resize(session, size)),
    route: async (pattern, handler) => void proxy.routes.push({ pattern, handler }),
    requests: proxy.requests,
    close,
  });
}

/** Makes the window as large as its page needs to be. */
async function resize(session, { width, height }) {
  const window = session.manage().window();
  const inner = () => session.executeScript("return [innerWidth, innerHeight]");
  const [outer, [w, h]] = [await window.getRect(), await inner()];
  await window.setRect({ width: width + outer.width - w, height: height + outer.height - h });
}
