// What browser tests share: an engine, and a server for pages made up on the spot.
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { text } from "node:stream/consumers";
import { after, afterEach, beforeEach, test as testOnce } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { runInThisContext } from "node:vm";
import { EngineFault, until } from "./engines/page.mjs";
import { endWithHungTests } from "./processes.mjs";

/** The one that `BROWSER` names: what it is called, what it lacks and why, and how it is started. */
export const engine = await import(`./engines/${process.env.BROWSER ?? "chromium"}.mjs`);

/**
 * As Node's `test`, but what ends by a fault of the engine itself is run once more: a browser that crashed or a driver that did not answer
 * says nothing of what is tested. What does not hold in a page fails at once, but in an engine whose driver is not to be trusted.
 */
export function test(name, ...given) {
  const run = given.pop();
  return inFile(testOnce, name, ...given, async (context) => {
    try {
      await run(context);
    } catch (error) {
      if (!(error instanceof EngineFault || engine.isUnsteady)) throw error;
      console.error(`run once more, as ${error.message}: ${name}`);
      await run(context);
    }
  });
}

/** Calls a function as the test file would: Node takes the file that calls its `test` for the one that the test is in. */
const inFile = runInThisContext("(call, ...given) => call(...given)", { filename: process.argv[1] });

/** Options of a test that needs more than every engine has: where it is lacking, the test is skipped and says why. */
export const needs = (...what) => ({ skip: what.map((one) => engine.lacks[one]).find(Boolean) ?? false });

const dist = fileURLToPath(new URL("../../dist/", import.meta.url));

const types = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** Starts the engine for the tests of a file, which end it. What a test opens is closed after it. */
export async function launch(options) {
  const browser = await engine.start(options);
  let opened = [];
  beforeEach(() => void (opened = []));
  afterEach(() => Promise.all(opened.map((context) => context.close())));
  endWithHungTests();
  after(() => browser.close());
  return {
    async open(options) {
      const one = await browser.open(options);
      opened.push(one.context);
      return one;
    },
  };
}

/**
 * Serves `pkg/dist` below /dist/ and the given pages, on a loopback port of its own. A page is its text, or
 * `{ status, body, headers }`, or a function that is given the request and its text and returns one of them, perhaps later; the end of its
 * path says what it is, HTML where it has none. Returns the origin.
 */
export async function serve(pages) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const type = types[extname(pathname)] ?? types[".html"];
    // Browsers ask for one by themselves.
    const named = pathname === "/favicon.ico" ? "" : pages[pathname];
    const page = typeof named === "function" ? await named(request, await text(request)) : named;
    if (page !== undefined) {
      const { status = 200, body, headers } = typeof page === "string" ? { body: page } : page;
      response.writeHead(status, { "content-type": type, ...headers }).end(body);
      return;
    }
    const inDist = normalize(pathname).match(/^\/dist\/(.+)$/)?.[1];
    const file = inDist && (await readFile(join(dist, inDist)).catch(() => undefined));
    response.writeHead(file ? 200 : 404, { "content-type": type }).end(file);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

/**
 * Opens a page in a context of its own, with a fresh profile. `errors` collects what goes wrong in it, `requests` the
 * addresses it asks for.
 */
export const open = (browser, options) => browser.open(options);

/** Waits for a page from outside: without scripting it has no timers that could ask again, and its policy may let it evaluate no strings. */
export const holds = (page, expression) => until(expression, () => page.evaluate(expression));

/** Presses a button whose answer is a new page. */
export async function submit(page, button) {
  await page.evaluate("void (window.left = true)");
  await page.click(button);
  // The empty document that an engine may show in between is none.
  await holds(page, "!window.left && location.protocol !== 'about:' && document.readyState === 'complete'");
}

/** Waits until a page asks for nothing more. */
export async function settled({ page, requests }) {
  await holds(page, "document.readyState === 'complete'");
  for (let last, since; last !== requests.length || Date.now() - since < 500; await sleep(25))
    if (last !== requests.length) [last, since] = [requests.length, Date.now()];
}

/** Waits until the document in a frame of the page's own origin says something. */
export const framed = (page, selector, text) =>
  page.waitForFunction(
    ([selector, text]) => document.querySelector(selector)?.contentDocument?.body?.textContent.includes(text),
    [selector, text],
  );
