// What browser tests share: a Chromium of their own, and a server for pages made up on the spot.
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const dist = fileURLToPath(new URL("../../dist/", import.meta.url));

const types = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

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

/** Starts Chromium for the tests of a file, which end it. Each of its contexts has a fresh profile. */
export async function launch() {
  const browser = await chromium.launch(started());
  after(() => browser.close());
  return browser;
}

/**
 * Starts another one, with a profile of its own on disk whose settings are as most people have them: those of other
 * contexts store no third-party cookies. Returns its only context.
 */
export async function launchProfile(options, ...args) {
  const folder = await mkdtemp(join(tmpdir(), "consentry-"));
  await mkdir(join(folder, "Default"));
  await writeFile(join(folder, "Default/Preferences"), JSON.stringify({ profile: { cookie_controls_mode: 0 } }));
  const context = await chromium.launchPersistentContext(folder, { ...options, ...started(...args) });
  context.setDefaultTimeout(10_000);
  after(async () => {
    await context.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return context;
}

/**
 * Serves `pkg/dist` below /dist/ and the given pages, on a loopback port of its own. A page is its text, or
 * `{ body, headers }`; the end of its path says what it is, HTML where it has none. Returns the origin.
 */
export async function serve(pages) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const type = types[extname(pathname)] ?? types[".html"];
    // Browsers ask for one by themselves.
    const page = pathname === "/favicon.ico" ? "" : pages[pathname];
    if (page !== undefined) {
      const { body, headers } = typeof page === "string" ? { body: page } : page;
      response.writeHead(200, { "content-type": type, ...headers }).end(body);
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

/** Opens a page in a context of its own, and collects what goes wrong in it. */
export async function open(browser, options) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(10_000);
  return { context, ...(await openIn(context)) };
}

/** The same in a context that is there already. */
export async function openIn(context) {
  const page = await context.newPage();
  const errors = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  return { page, errors };
}
