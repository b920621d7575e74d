// As much of Playwright's `Page` and `BrowserContext` as the tests use, over what every other engine's driver has: so a
// test is written once. Whatever waits asks the page again and again from outside, which no page's policy can forbid.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

const patience = 30_000;

/** An expression for a string, or for a function and its one argument. */
const expression = (what, argument) =>
  typeof what === "string" ? what : `(${what})(${argument === undefined ? "" : JSON.stringify(argument)})`;

const escaped = (text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

/** As Playwright's globs are: two stars are anything, one is anything within a part of a path. */
const fitting = (glob) =>
  new RegExp(`^${glob.split("**").map((part) => part.split("*").map(escaped).join("[^/]*")).join(".*")}$`);

/** What a browser or its driver does wrong by itself: it tells nothing of a page. */
export class EngineFault extends Error {}

/** After this there is nobody left to ask. */
export class Crash extends EngineFault {}

/** Asks until the answer is true, and returns it. */
export async function until(what, ask, timeout = patience) {
  const latest = Date.now() + timeout;
  for (;;) {
    const answer = await ask().catch((error) => {
      // A page that is being left has no answer.
      if (error instanceof Crash || Date.now() > latest) throw error;
    });
    if (answer) return answer;
    if (Date.now() > latest) assert.fail(`waited in vain: ${what}`);
    await sleep(30);
  }
}

// Markup may shadow the document's own names.
const first = (selector) => `Document.prototype.querySelector.call(document, ${JSON.stringify(selector)})`;
const all = (selector) => `[...Document.prototype.querySelectorAll.call(document, ${JSON.stringify(selector)})]`;

// Run in the page.
const states = {
  attached: (element) => !!element,
  detached: (element) => !element,
  visible: (element) => !!element?.checkVisibility({ visibilityProperty: true }),
  hidden: (element) => !element?.checkVisibility({ visibilityProperty: true }),
};

// Runs in the page.
function box(element) {
  const { x, y, width, height } = element.getBoundingClientRect();
  return { x, y, width, height };
}

// Runs in the page: brings an element into sight, and says where it can be pressed.
function middle(element) {
  element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
  const { x, y, width, height } = element.getClientRects()[0];
  const at = [x + width / 2, y + height / 2];
  const top = document.elementFromPoint(...at);
  if (!element.contains(top) && !top?.contains(element)) throw new Error(`${element.outerHTML} is covered by ${top?.outerHTML}`);
  return at;
}

/**
 * A page over a tab: `{ goto, reload, run, click, press, wheel, resize, route, requests, close }`, where `run` evaluates an expression
 * and awaits it. Playwright's own selectors are left out: what is not CSS throws in the page.
 */
export class Page {
  #tab;

  constructor(tab) {
    this.#tab = tab;
  }

  goto = (url, wait) => this.#tab.goto(url, wait);
  reload = () => this.#tab.reload();
  url = () => this.evaluate("location.href");
  close = () => this.#tab.close();
  keyboard = { press: (key) => this.#tab.press(key) };
  mouse = { move: async () => {}, wheel: (x, y) => this.#tab.wheel(y) };
  setViewportSize = (size) => this.#tab.resize(size);

  /** Hands requests whose address fits to a handler, which continues, aborts or fulfils them. */
  route = (glob, handler) => this.#tab.route(glob instanceof RegExp ? glob : fitting(glob), handler);

  evaluate(what, argument) {
    return this.#tab.run(expression(what, argument));
  }

  waitForTimeout = (ms) => sleep(ms);

  /** One that comes from now on. */
  waitForRequest(glob) {
    const from = this.#tab.requests.length;
    return until(glob, async () => this.#tab.requests.slice(from).find((url) => fitting(glob).test(url)));
  }

  waitForFunction(what, argument, { timeout } = {}) {
    // Not every driver hands everything out of the page.
    const holds = typeof what === "string" ? `!!(${what})` : what;
    return until(String(what), () => this.evaluate(holds, argument), timeout);
  }

  waitForSelector(selector, { state = "visible", timeout } = {}) {
    return until(`${selector} ${state}`, () => this.#tab.run(`(${states[state]})(${first(selector)})`), timeout);
  }

  async click(selector, wait) {
    await this.waitForSelector(selector, wait);
    await this.#press(selector);
  }

  async check(selector) {
    await this.waitForSelector(selector);
    if (!(await this.#of(selector, (element) => element.checked))) await this.#press(selector);
    assert.ok(await this.#of(selector, (element) => element.checked), `${selector} cannot be ticked`);
  }

  async fill(selector, text) {
    await this.waitForSelector(selector);
    const fill = (element, text) => {
      element.focus();
      element.value = text;
      element.dispatchEvent(new Event("input", { bubbles: true }));
    };
    await this.#of(selector, fill, text);
  }

  focus = (selector) => this.#of(selector, (element) => element.focus());
  textContent = (selector) => this.#of(selector, (element) => element.textContent);
  inputValue = (selector) => this.#of(selector, (element) => element.value);
  getAttribute = (selector, name) => this.#of(selector, (element, name) => element.getAttribute(name), name);

  /** What is read of one is read of its first element. */
  locator(selector) {
    const elements = all(selector);
    return {
      first: () => this.locator(selector),
      count: () => this.#tab.run(`${elements}.length`),
      allTextContents: () => this.#tab.run(`${elements}.map((element) => element.textContent)`),
      evaluateAll: (map) => this.#tab.run(`(${map})(${elements})`),
      isVisible: () => this.#tab.run(`(${states.visible})(${first(selector)})`),
      textContent: () => this.textContent(selector),
      evaluate: (read) => this.#of(selector, read),
      innerText: () => this.#of(selector, (element) => element.innerText),
      getAttribute: (name) => this.getAttribute(selector, name),
      boundingBox: () => this.#of(selector, box),
      click: () => this.click(selector),
      waitFor: (wait) => this.waitForSelector(selector, wait),
    };
  }

  /** By its place: the drivers' own clicks want handles on elements, or a document whose names nothing shadows. */
  async #press(selector) {
    const [x, y] = await until(`${selector} uncovered`, () => this.#tab.run(`(${middle})(${first(selector)})`));
    await this.#tab.click(x, y);
  }

  /** What a function says of the first element with this selector, once there is one. */
  async #of(selector, read, argument) {
    await this.waitForSelector(selector, { state: "attached" });
    return this.#tab.run(`(${read})(${first(selector)}, ${JSON.stringify(argument)})`);
  }
}

/** What a server answers the visitor of a context to a request beside its pages. */
export async function get(context, headers, url, own) {
  const { hostname } = new URL(url);
  const theirs = (await context.cookies()).filter(({ domain }) => domain.replace(/^\./, "") === hostname);
  const cookie = theirs.map(({ name, value }) => `${name}=${value}`).join("; ");
  const response = await fetch(url, { headers: { ...headers, ...(cookie && { cookie }), ...own } });
  const text = await response.text();
  return {
    status: () => response.status,
    headers: () => Object.fromEntries(response.headers),
    text: async () => text,
    json: async () => JSON.parse(text),
  };
}
