// WebKitGTK, through its WebDriver and Selenium. What the driver cannot do, a proxy between the browser and the servers does.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Builder, Capabilities, Key } from "selenium-webdriver";
import { spawn } from "../processes.mjs";
import { Page, get, until } from "./page.mjs";
import { startProxy } from "./proxy.mjs";

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

/** The least width of a page in pixels: MiniBrowser has a window of at least 447. */
export const narrowest = 450;

const keys = { Tab: Key.TAB, Enter: Key.ENTER, Escape: Key.ESCAPE, Space: " ", Shift: Key.SHIFT };

export async function start() {
  const display = await startDisplay();
  const opened = new Set();
  const close = async (session) => opened.delete(session) && session.close();
  return {
    async close() {
      await Promise.all([...opened].map(close));
      display.kill();
    },
    async open(options = {}) {
      const start = () => startSession(display.name, options);
      // Now and then a driver waits for ever for the browser that it has started. Nothing was tested by then: another one does it.
      const session = await start().catch((error) => (error instanceof Unanswered ? start() : Promise.reject(error)));
      opened.add(session);
      return contextOf(session, () => close(session), options);
    },
  };
}

/** A screen that nobody sees. The server chooses a free number and tells it. */
async function startDisplay() {
  // When the last browser has left, a server starts anew unless it is told not to, and meanwhile turns away the browser that comes next.
  const args = ["-displayfd", "3", "-noreset", "-screen", "0", "1600x1200x24", "-nolisten", "tcp"];
  const server = spawn(process.env.XVFB ?? "/usr/bin/Xvfb", args, { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  const [number] = await Promise.race([once(server.stdio[3], "data"), failure(server)]);
  return { name: `:${String(number).trim()}`, kill: () => server.kill() };
}

class Unanswered extends Error {}

/** The driver's answer to a command. What meets a page that is being left it sometimes never answers: who waits asks again. */
function answered(command, answer) {
  const stop = new AbortController();
  const late = async () => {
    await sleep(10_000, undefined, { signal: stop.signal });
    throw new Unanswered(`the driver never answered: ${command}`);
  };
  return Promise.race([answer, late()]).finally(() => stop.abort());
}

/** A driver has one session, and a session one profile, which is forgotten with it. */
async function startSession(display, { javaScriptEnabled = true, colorScheme = "light" }) {
  const port = await freePort();
  const driver = spawn(process.env.WEBKIT_DRIVER ?? "/usr/bin/WebKitWebDriver", [`--port=${port}`], {
    // Its sandbox needs rights that a container does not give. Without a locale pages are told of American English.
    env: { ...process.env, DISPLAY: display, LC_ALL: "C", WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1" },
    stdio: "ignore",
  });
  const server = `http://127.0.0.1:${port}`;
  const ready = async () => {
    while (!(await fetch(`${server}/status`).catch(() => undefined))) await sleep(20);
  };
  await Promise.race([ready(), failure(driver)]);
  const proxy = await startProxy();
  const args = ["--automation", `--enable-javascript=${javaScriptEnabled}`];
  if (colorScheme === "dark") args.push("--dark-mode");
  const binary = process.env.MINIBROWSER ?? "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";
  const capabilities = new Capabilities({
    browserName: "MiniBrowser",
    // With another strategy the driver says nothing of a page before all of it is there.
    pageLoadStrategy: "none",
    proxy: { proxyType: "manual", httpProxy: proxy.host },
    "webkitgtk:browserOptions": { binary, args },
  });
  const session = new Builder().disableEnvironmentOverrides().usingServer(server).withCapabilities(capabilities).build();
  const end = () => {
    driver.kill();
    proxy.close();
  };
  try {
    await answered("newSession", session.getSession());
  } catch (error) {
    // It fails once more when its driver ends, and then nobody waits for it.
    session.catch(() => {});
    end();
    throw error;
  }
  const execute = session.execute.bind(session);
  session.execute = (command) => answered(command.getName(), execute(command));
  const close = () => session.quit().finally(end);
  return { session, proxy, close };
}

/** How each context opens a tab. */
const openers = new WeakMap();

/** One more tab of a context, in a window of its own: what nobody sees has slow timers. */
export const openIn = (context) => openers.get(context)();

async function contextOf({ session, proxy }, close, { viewport, locale, extraHTTPHeaders = {} }) {
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
    close,
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
    return { page: pageOf(session, inWindow(handle), proxy, close), errors: [], requests: proxy.requests };
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

function pageOf(session, inWindow, proxy, close) {
  const run = async (text) => {
    const { value, error } = await session.executeAsyncScript(
      `const done = arguments[0];
       (async () => (${text}))().then((value) => done({ value }), (error) => done({ error: String(error) }));`,
    );
    if (error) throw new Error(error);
    return value;
  };
  /** Goes to another document, and waits for it, or for all that loads with it. */
  const arrive = async (go, waitUntil) => {
    const look = () => inWindow(() => run("[performance.timeOrigin, document.readyState]"));
    const [left] = await until("the document that is left", look);
    await inWindow(go);
    await until("another document", async () => {
      const [here, state] = await look();
      return here !== left && (state === "complete" || waitUntil === "commit");
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

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

async function failure(child) {
  const [code] = await once(child, "exit");
  throw new Error(`${child.spawnfile} ended with ${code}`);
}
