// What workers and frames hear of a decision, from whom, and what they do not.
import assert from "node:assert/strict";
import { policy } from "../policy.mjs";
import { until } from "./engines/page.mjs";
import { launch, open, serve, test } from "./launch.mjs";

const html = (start, body = "") => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Corner shop</title>
<script>var heard = [], ran = [];
addEventListener("message", async ({ data, ports: [port] }) => {
  if (!data?.asked) return heard.push(data);
  port.postMessage(await (async () => (0, eval)(data.asked))().then((value) => ({ value }), (error) => ({ error: String(error) })));
});</script>
<script type="module">${start}
window.ready = true;</script></head><body><h1>Corner shop</h1>${body}</body></html>`;

const consented = `import { createConsent } from "/dist/index.js";
import { shareConsent, shareWithFrames } from "/dist/bridge.js";
window.consent = createConsent(${JSON.stringify(policy)});
window.shareConsent = shareConsent; window.shareWithFrames = shareWithFrames;`;
const inherits = (origins) => `import { inheritConsent } from "/dist/bridge.js";
import { gateElements } from "/dist/banner.js";
const listed = ${origins}; window.inheritConsent = inheritConsent;
window.told = inheritConsent(listed); gateElements(told);
window.changes = []; told.subscribe((now, before) => changes.push([before, now].map(({ ids }) => ids.statistics?.status ?? "")));`;
const gated = '<script type="text/plain" data-consent="statistics">ran.push("counted")</script>';

const worker = `import { receiveConsent } from "/dist/bridge.js";
const told = receiveConsent();
told.subscribe(() => postMessage({ allows: told.allows("statistics") }));
told.whenGranted("statistics").then(() => postMessage({ granted: true }));
postMessage({ atFirst: told.allows("statistics") || told.allows("necessary") });
onmessage = ({ data }) => data === "end" && (told.end(), postMessage({ ended: told.allows("statistics") }));`;

const browser = await launch();
const frames = await serve({ "/child": (request) => html(inherits(new URL(request.url, "http://x").searchParams.get("from")), gated), "/hostile": html("") });
const hostile = await serve({ "/": (request) => html("", `<iframe title="Ours" src="${new URL(request.url, "http://x").searchParams.get("frame")}"></iframe>`), "/frame": html("") });
const origin = await serve({
  "/": html(consented),
  "/framed": (request) => html(consented, `<iframe title="Ours" src="${new URL(request.url, "http://x").searchParams.get("frame")}"></iframe>`),
  "/child": html(inherits("[location.origin]"), gated),
  "/worker.js": worker,
  "/shared.js": `import { receiveConsent } from "/dist/bridge.js";
    onconnect = ({ ports: [port] }) => {
      const told = receiveConsent(port);
      told.subscribe(() => port.postMessage({ allows: told.allows("statistics") }));
    };`,
  "/late.js": `setTimeout(async () => { ${worker.replace('import { receiveConsent } from "/dist/bridge.js";', 'const { receiveConsent } = await import("/dist/bridge.js");')} }, 200);`,
});

const visit = async (url) => {
  const opened = await open(browser);
  await opened.page.goto(url);
  await opened.page.waitForFunction("window.ready");
  return opened;
};
const said = (page) => page.evaluate("said.filter(({ consentry }) => !consentry)");
const startWorker = (page, file = "/worker.js") =>
  page.evaluate((file) => {
    window.said = [];
    window.worker = new Worker(file, { type: "module" });
    worker.addEventListener("message", ({ data }) => said.push(data));
    window.stop = shareConsent(consent, worker);
  }, file);

for (const file of ["/worker.js", "/late.js"])
  test(`a worker is told at once, at each change, and allows nothing before and after: ${file}`, async () => {
    const { page, errors } = await visit(origin);
    await page.evaluate("consent.save({ statistics: true })");
    await startWorker(page, file);
    await page.waitForFunction("said.some(({ granted }) => granted)");
    assert.deepEqual((await said(page))[0], { atFirst: false });
    await page.evaluate("consent.withdraw()");
    await page.waitForFunction("said.at(-1).allows === false");
    await page.evaluate("consent.save({ statistics: true })");
    await page.waitForFunction("said.at(-1).allows === true");
    await page.evaluate("stop()");
    await page.waitForFunction("said.at(-1).allows === false");
    const count = (await said(page)).length;
    await page.evaluate("consent.withdraw()");
    await page.evaluate("consent.save({ statistics: true })");
    await page.waitForTimeout(100);
    assert.equal((await said(page)).length, count);
    assert.deepEqual(errors, []);
  });

test("a worker that ends it allows nothing, whatever comes", async () => {
  const { page } = await visit(origin);
  await page.evaluate("consent.save({ statistics: true })");
  await startWorker(page);
  await page.waitForFunction("said.some(({ granted }) => granted)");
  await page.evaluate("worker.postMessage('end')");
  await page.waitForFunction("said.at(-1).ended === false");
  await page.evaluate("consent.save({ marketing: true })");
  await page.waitForTimeout(100);
  assert.equal((await said(page)).at(-1).ended, false);
});

test("messages that are none of ours, or not in order, do nothing to a worker", async () => {
  const { page, errors } = await visit(origin);
  await startWorker(page);
  await page.waitForFunction("said.length >= 2");
  await page.evaluate(() => {
    for (const data of [null, 0, "told", [], {}, { consentry: "told" }, { consentry: "told", ids: null }, { consentry: "told", ids: "statistics" }, { consentry: "told", ids: { statistics: "granted" } }, { consentry: "told", ids: { statistics: { status: "yes" } } }, { consentry: "told", ids: { statistics: null } }, { ids: { statistics: { status: "granted" } } }])
      worker.postMessage(data);
  });
  await page.waitForTimeout(200);
  assert.ok((await said(page)).every(({ allows, granted }) => !allows && !granted));
  assert.deepEqual(errors, []);
});

test("a shared worker hears it by its port, and that the page is gone", async () => {
  const { page, context } = await visit(origin);
  await page.evaluate("consent.save({ statistics: true })");
  await page.evaluate(() => {
    window.said = [];
    const { port } = new SharedWorker("/shared.js", { type: "module" });
    port.addEventListener("message", ({ data }) => said.push(data));
    window.stop = shareConsent(consent, port);
  });
  await page.waitForFunction("said.at(-1)?.allows === true");
  await page.evaluate("dispatchEvent(new Event('pagehide'))");
  await page.waitForFunction("said.at(-1).allows === false");
  await page.evaluate("dispatchEvent(new Event('pageshow'))");
  await page.waitForFunction("said.at(-1).allows === true");
  await context.close();
});

test("a page that is only kept ready tells nothing", async () => {
  const { page } = await visit(origin);
  await page.evaluate("consent.save({ statistics: true })");
  await page.evaluate("void (window.isShown = false, Object.defineProperty(Document.prototype, 'prerendering', { get: () => !isShown }))");
  await startWorker(page);
  await page.waitForTimeout(200);
  assert.ok((await said(page)).every(({ allows }) => !allows));
  await page.evaluate("(isShown = true, document.dispatchEvent(new Event('prerenderingchange', { bubbles: true })))");
  await page.waitForFunction("said.some(({ allows }) => allows)");
});

/** What a frame says of an expression. The top page asks it, over a channel that nothing else hears: not every driver sees into frames. */
async function inFrame(page, expression, path = [0]) {
  const { value, error } = await page.evaluate(
    ([asked, path]) =>
      new Promise((done) => {
        const frame = path.reduce((frame, place) => frame[place], window);
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => done(data);
        // One that is not there yet has nobody who answers.
        setTimeout(done, 5000, { error: "no answer" });
        frame.postMessage({ asked }, "*", [port2]);
      }),
    [expression, path],
  );
  if (error) throw new Error(`${expression}: ${error}`);
  return value;
}
const frameHolds = (page, holds, path) => until(holds, () => inFrame(page, holds, path));

test("a frame of a listed origin inherits, and wakes what waits in it without an engine", async () => {
  const src = `${frames}/child?from=${encodeURIComponent(JSON.stringify([origin]))}`;
  const { page, errors } = await visit(`${origin}/framed?frame=${encodeURIComponent(src)}`);
  await page.evaluate((origin) => void (window.stop = shareWithFrames(consent, [origin])), frames);
  await frameHolds(page, "'statistics' in told.decision.ids");
  assert.equal(await inFrame(page, "told.allows('statistics')"), false);
  assert.deepEqual(await inFrame(page, "ran"), []);
  await page.evaluate("consent.save({ statistics: true })");
  await frameHolds(page, "ran.length === 1");
  await page.evaluate("consent.withdraw()");
  await frameHolds(page, "!told.allows('statistics')");
  assert.deepEqual(await inFrame(page, "changes"), [["", "undecided"], ["undecided", "granted"], ["granted", "denied"]]);
  // No more than is needed.
  assert.deepEqual(await inFrame(page, "[...new Set(heard.flatMap(Object.keys))].sort()"), ["consentry", "ids"]);
  await page.evaluate("stop()");
  await frameHolds(page, "Object.keys(told.decision.ids).length === 0");
  assert.deepEqual(errors, []);
});

test("one that is there before the page shares, and one that comes later, both hear", async () => {
  const src = `${frames}/child?from=${encodeURIComponent(JSON.stringify([origin]))}`;
  for (const early of [true, false]) {
    const { page } = await visit(early ? `${origin}/framed?frame=${encodeURIComponent(src)}` : origin);
    if (early) await frameHolds(page, "window.ready");
    await page.evaluate("consent.accept()");
    await page.evaluate((origin) => void shareWithFrames(consent, [origin]), frames);
    if (!early)
      await page.evaluate((src) => {
        const frame = Object.assign(document.createElement("iframe"), { title: "Ours", src });
        document.body.append(frame);
      }, src);
    await frameHolds(page, "ran.length === 1");
  }
});

test("a frame of another origin gets nothing, asked or not", async () => {
  const { page } = await visit(`${origin}/framed?frame=${encodeURIComponent(`${hostile}/frame`)}`);
  await frameHolds(page, "window.ready");
  await page.evaluate("consent.accept()");
  await page.evaluate((origin) => void shareWithFrames(consent, [origin]), frames);
  await inFrame(page, "parent.postMessage({ consentry: 'ask' }, '*')");
  // Nor does it mint anything in the page.
  await inFrame(page, "parent.postMessage({ consentry: 'told', ids: { marketing: { status: 'denied' } } }, '*')");
  await page.evaluate("consent.withdraw(['statistics'])");
  await page.waitForTimeout(300);
  assert.deepEqual(await inFrame(page, "heard"), []);
  assert.equal(await page.evaluate("consent.allows('marketing')"), true);
});

test("a page of another origin cannot tell a frame anything, nor can a frame beside it", async () => {
  const src = `${frames}/child?from=${encodeURIComponent(JSON.stringify([origin, frames]))}`;
  const { page } = await visit(`${hostile}/?frame=${encodeURIComponent(src)}`);
  await frameHolds(page, "window.ready");
  const granted = { consentry: "told", ids: { statistics: { status: "granted", reason: "chosen" } } };
  await page.evaluate((granted) => document.querySelector("iframe").contentWindow.postMessage(granted, "*"), granted);
  // From a listed origin, but not from the page around.
  await inFrame(page, `postMessage(${JSON.stringify(granted)}, "*")`);
  await frameHolds(page, "heard.length >= 2");
  assert.equal(await inFrame(page, "told.allows('statistics')"), false);
  assert.deepEqual(await inFrame(page, "ran"), []);
  assert.deepEqual(await page.evaluate("heard"), []);
});

test("a listed origin hears nothing in a frame that is inside another", async () => {
  const { page } = await visit(`${origin}/framed?frame=${encodeURIComponent(`${hostile}/?frame=${encodeURIComponent(`${frames}/hostile`)}`)}`);
  const inner = [0, 0];
  await frameHolds(page, "window.ready", inner);
  await page.evaluate("consent.accept()");
  await page.evaluate((origin) => void shareWithFrames(consent, [origin]), frames);
  await inFrame(page, "top.postMessage({ consentry: 'ask' }, '*')", inner);
  await page.waitForTimeout(200);
  assert.deepEqual(await inFrame(page, "heard", inner), []);
});

test("only origins are taken, exact ones", async () => {
  const { page } = await visit(origin);
  const faults = await page.evaluate(async () => {
    const { inheritConsent } = await import("/dist/bridge.js");
    return ["*", "null", "https://shop.example/", "shop.example", "https://shop.example:443", ""].flatMap((given) =>
      [() => shareWithFrames(consent, [given]), () => inheritConsent([given])].map((call) => {
        try {
          call();
          return "taken";
        } catch ({ name, message }) {
          return `${name}: ${message}`;
        }
      }),
    );
  });
  for (const fault of faults) assert.match(fault, /^TypeError: not an origin: ".*", expected one such as https:\/\/shop\.example$/);
});

test("a page that is in no frame inherits nothing, from itself neither", async () => {
  const { page } = await visit(`${origin}/child`);
  await page.evaluate(`postMessage({ consentry: "told", ids: { statistics: { status: "granted", reason: "chosen" } } }, location.origin)`);
  await page.waitForFunction("heard.length === 1");
  assert.equal(await page.evaluate("told.allows('statistics')"), false);
});
