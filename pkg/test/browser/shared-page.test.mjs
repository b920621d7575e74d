// A page that all visitors get alike, from a real server: its first script and the page's script do for each visitor what
// is right for that one.
import assert from "node:assert/strict";
import { launch, needs, open, settled, submit, test } from "./launch.mjs";
import { prompt, startSharedPage } from "./site-server.mjs";

const browser = await launch();
const origin = await startSharedPage();
const mount = "/privacy-choices";
const everything = ["/optional/counter.js", "/optional/dot.svg", "/optional/video"];

/** A visitor, with the paths that are asked for. */
async function visitor(options) {
  const opened = await open(browser, options);
  const { page, requests } = opened;
  /** Loads a page until nothing more is asked for. */
  const load = async (path) => {
    requests.length = 0;
    await page.goto(origin + path);
    await settled(opened);
  };
  /** Accepts everything in the banner, and lets all that then loads come. */
  const accept = async () => {
    await page.click(`${prompt} button[value=accept]`);
    await gone(page);
    await settled(opened);
  };
  const paths = () => requests.map((url) => new URL(url).pathname);
  const optional = () => paths().filter((path) => path.startsWith("/optional/")).sort();
  const asked = () => paths().filter((path) => path.startsWith(`${mount}/`) && !path.startsWith(`${mount}/assets/`));
  return { ...opened, settle: () => settled(opened), load, accept, optional, asked };
}

const gone = (page) => page.waitForSelector(prompt, { state: "detached" });

test("all get the same bytes, which any cache may keep", async () => {
  const stored = await visitor();
  await stored.load("/");
  await stored.accept();
  const pages = [];
  for (const { context } of [stored, await visitor()]) {
    const response = await context.request.get(`${origin}/`, { headers: { accept: "text/html" } });
    const { "set-cookie": cookie, "cache-control": cache, vary } = response.headers();
    assert.deepEqual([cookie, cache, vary], [undefined, "public, no-cache", undefined]);
    pages.push(await response.text());
  }
  assert.equal(pages[0], pages[1]);
});

for (const path of ["/", "/strict"]) {
  const ran = path === "/" ? ["inline", "counter"] : ["counter"];

  test(`${path}: a first visitor is asked, and nothing optional is requested before the answer`, async () => {
    const { page, load, accept, optional, asked, errors } = await visitor();
    await load(path);
    await page.waitForSelector(prompt);
    assert.deepEqual(asked(), [`${mount}/decision`, `${mount}/banner`]);
    assert.deepEqual(optional(), []);
    assert.equal(await page.evaluate("document.body.firstElementChild.matches('[data-cy=prompt]')"), true);
    assert.deepEqual(await page.evaluate("[window.first, window.ran ?? null]"), ["", null]);
    await accept();
    assert.deepEqual(optional(), everything);
    assert.equal(await page.locator("[data-cy=placeholder]").count(), 0);
    assert.deepEqual(errors, []);
  });

  test(`${path}: what was granted loads on the next page without asking the server; withdrawn, it does not`, async () => {
    const { page, context, load, accept, optional, asked, errors } = await visitor();
    await load(path);
    await accept();
    await load(path);
    assert.deepEqual(asked(), []);
    assert.deepEqual(optional(), everything);
    assert.deepEqual(await page.evaluate("[window.first, window.ran]"), ["statistics videos", ran]);
    assert.equal(await page.locator(`${prompt}, [data-cy=placeholder]`).count(), 0);

    await submit(page, "main a");
    assert.equal(new URL(await page.url()).pathname, mount);
    await submit(page, "button[value=withdraw]");
    const { ids } = await (await context.request.get(`${origin}${mount}/decision`)).json();
    assert.deepEqual([ids.statistics.status, ids.videos.status], ["denied", "denied"]);
    await load(path);
    assert.deepEqual([optional(), asked()], [[], []]);
    assert.equal(await page.getAttribute("html", "data-consent"), "");
    assert.equal(await page.locator("[data-cy=placeholder]").count(), 1);
    assert.deepEqual(errors, []);
  });

  test(`${path}: a part is granted at its placeholder, and stays a part`, async () => {
    const { page, settle, load, optional, errors } = await visitor();
    await load(path);
    await page.click(`${prompt} button[value=reject]`);
    await gone(page);
    await load(path);
    assert.deepEqual(optional(), []);
    await page.click("[data-cy=placeholder] button[value=save]");
    await page.waitForSelector("[data-cy=placeholder]", { state: "detached" });
    await settle();
    await load(path);
    assert.deepEqual(optional(), ["/optional/video"]);
    assert.deepEqual(errors, []);
  });

  test(`${path}: an outcome that does not fit the consent is not believed, and the server is asked`, needs("interception"), async () => {
    const { page, context, load, accept, optional, asked, errors } = await visitor();
    await load(path);
    await accept();
    const [outcome] = (await context.cookies()).filter(({ name }) => name === "privacy-outcome");
    // A refusal meanwhile, and the old outcome back beside it.
    const consent = "1.shared-page.1." + (Date.now() + 1000) + ".iw/-statistics/-videos";
    // Every answer of the site mends it, also one to a request that a browser makes ahead of the first script.
    const body = "window.first = document.documentElement.dataset.consent;";
    await page.route("**/first.js", (route) => route.fulfill({ contentType: "text/javascript", body }));
    await context.addCookies([outcome, { name: "privacy", value: consent, url: origin }]);
    await load(path);
    assert.deepEqual([optional(), asked()], [[], [`${mount}/decision`]]);
    assert.equal(await page.evaluate("window.first"), "");
    // The answer brought the right one.
    await load(path);
    assert.deepEqual([optional(), asked()], [[], []]);
    assert.deepEqual(errors, []);
  });

  test(`${path}: without scripting nothing optional loads, and the page works`, async () => {
    const { page, load, optional, asked, errors } = await visitor({ javaScriptEnabled: false });
    await load(path);
    assert.equal(await page.textContent("h1"), "Hello");
    assert.deepEqual([optional(), asked()], [[], []]);
    await submit(page, "main a");
    assert.equal(new URL(await page.url()).pathname, mount);
    await submit(page, "button[value=accept], button[value=save]");
    await load(path);
    assert.deepEqual(optional(), []);
    assert.deepEqual(errors, []);
  });
}
