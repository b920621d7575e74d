// What scripts of the page ask of hosts that services declare, with the network guard and as a server sees it.
import assert from "node:assert/strict";
import { launch, open, serve, test } from "./launch.mjs";

const policy = {
  id: "corner-shop",
  regimes: [{ id: "eu", kind: "opt-in" }],
  categories: [{ id: "statistics" }, { id: "marketing" }],
  services: [
    { id: "basket", category: "necessary", hosts: ["basket.example"] },
    { id: "counter", category: "statistics", hosts: ["localhost"] },
    { id: "ads", category: "marketing", own: true, hosts: ["ads.example", "*.ads.example"] },
  ],
};

const asked = [];
const served = (body, type) => (request) => {
  asked.push(`${request.method} ${request.url}`);
  return { body, headers: { "access-control-allow-origin": "*", ...(type && { "content-type": type }) } };
};
// Another host than the page's, as hosts go by their names.
const theirs = (
  await serve({
    "/data": served("theirs", "text/plain"),
    "/count.js": served("window.counted = (window.counted ?? 0) + 1;", "text/javascript"),
    "/pixel.svg": served("<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
    "/frame": served("<!doctype html><title>Frame</title>"),
  })
).replace("127.0.0.1", "localhost");

const html = (start) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Corner shop</title>
<script>var blocked = []; addEventListener("consentry:blocked", ({ detail }) => blocked.push(detail));
window.native = { fetch, open: XMLHttpRequest.prototype.open, send: XMLHttpRequest.prototype.send, setAttribute: Element.prototype.setAttribute,
  src: Object.getOwnPropertyDescriptor(HTMLScriptElement.prototype, "src").set };</script>
<script type="module">${start}
window.ready = true;</script></head>
<body><h1>Corner shop</h1></body></html>`;

const imports = `import { createConsent, loadConsent } from "/dist/index.js";
import { gateElements } from "/dist/banner.js";
import { guardNetwork } from "/dist/guard.js";
import { showPlaceholders } from "/dist/placeholders.js";
const policy = ${JSON.stringify(policy)};`;

const browser = await launch();
const origin = await serve({
  "/": html(`${imports} window.consent = createConsent(policy); window.stop = guardNetwork(consent, { log: true });`),
  "/pending": html(`${imports} guardNetwork(new Promise((resolve, reject) => Object.assign(window, { resolve: () => resolve(createConsent(policy)), reject })));`),
  "/early": html(`${imports} guardNetwork(loadConsent("/nowhere.json"), { policy }); window.gone = true;`),
  "/no-wasm": { body: html(`${imports} window.consent = createConsent(policy); guardNetwork(consent);`), headers: { "content-security-policy": "script-src 'self' 'unsafe-inline'" } },
  "/embed": html(`${imports} window.consent = createConsent(policy); guardNetwork(consent); gateElements(consent);
    document.body.append(document.createRange().createContextualFragment('<iframe id="frame" title="Frame" data-consent="counter" data-src="${theirs}/frame"></iframe><script type="text/plain" data-consent="counter" data-src="${theirs}/count.js"></scr' + 'ipt>'));
    showPlaceholders(consent);`),
  "/own": { body: "own", headers: { "content-type": "text/plain" } },
});

const visit = async (path = "/") => {
  const opened = await open(browser);
  await opened.page.goto(origin + path);
  await opened.page.waitForFunction("window.ready");
  asked.length = 0;
  return opened;
};

/** Everything a script may do to reach an address, and what came of each. */
const tryAll = (page, url) =>
  page.evaluate(async (url) => {
    const outcome = (element) => new Promise((done) => ["load", "error"].forEach((type) => element.addEventListener(type, () => done(type))));
    const xhr = (isAsync) =>
      new Promise((done) => {
        const request = new XMLHttpRequest();
        const seen = [];
        for (const type of ["readystatechange", "load", "error", "loadend"]) request.addEventListener(type, () => seen.push(type + (type === "readystatechange" ? request.readyState : "")));
        request.open("GET", url, isAsync);
        request.onloadend = () => done([request.status, request.responseText, seen.at(-1), seen.includes("readystatechange4")].join());
        try {
          request.send();
        } catch (error) {
          done(error.name);
        }
        if (!isAsync) done([request.status, request.responseText].join());
      });
    const element = async (tag, set) => {
      const made = document.createElement(tag);
      const settled = outcome(made);
      set(made);
      document.body.append(made);
      return settled;
    };
    const at = (path) => url.replace("/data", path);
    const said = (response) => response.text();
    const failed = (error) => error.name;
    return {
      fetch: await fetch(url).then(said, failed),
      url: await fetch(new URL(url, location.href)).then(said, failed),
      request: await fetch(new Request(url)).then(said, failed),
      xhr: await xhr(true),
      sync: await xhr(false),
      beacon: navigator.sendBeacon(url, "x"),
      script: await element("script", (script) => (script.src = at("/count.js"))),
      attribute: await element("script", (script) => script.setAttribute("SRC", at("/count.js"))),
      namespaced: await element("script", (script) => script.setAttributeNS(null, "src", at("/count.js"))),
      image: await element("img", (image) => (image.src = at("/pixel.svg"))),
      srcset: await element("img", (image) => (image.srcset = `/own 1x, ${at("/pixel.svg")} 2x`)),
      frame: await element("iframe", (frame) => (frame.src = at("/frame"))).then(() => "settled"),
    };
  }, url);

const refused = {
  fetch: "TypeError",
  url: "TypeError",
  request: "TypeError",
  xhr: "0,,loadend,true",
  sync: "NetworkError",
  beacon: false,
  script: "error",
  attribute: "error",
  namespaced: "error",
  image: "error",
  srcset: "error",
  frame: "settled",
};
const passed = {
  fetch: "theirs",
  url: "theirs",
  request: "theirs",
  xhr: "200,theirs,loadend,true",
  sync: "200,theirs,loadend,true",
  beacon: true,
  script: "load",
  attribute: "load",
  namespaced: "load",
  image: "load",
  frame: "settled",
};

test("what is not allowed is refused in every way, and the server is never asked", async () => {
  const { page, errors } = await visit();
  assert.deepEqual(await tryAll(page, `${theirs}/data`), refused);
  assert.deepEqual(asked, []);
  const blocked = await page.evaluate("blocked");
  assert.deepEqual(blocked.map(({ via }) => via), ["fetch", "fetch", "fetch", "xhr", "xhr", "beacon", "script", "script", "script", "img", "img", "iframe"]);
  assert.deepEqual(blocked[0], { id: "counter", url: `${theirs}/data`, via: "fetch" });
  assert.equal(await page.evaluate(`fetch("${theirs}/data").catch(({ message }) => message)`), `consentry: counter is not allowed: fetch ${theirs}/data`);
  assert.equal(await page.evaluate("'counted' in window"), false);
  assert.deepEqual(errors, []);
});

test("what is allowed goes through, and is refused again after a withdrawal", async () => {
  const { page, errors } = await visit();
  await page.evaluate("consent.save({ statistics: true })");
  const { srcset, ...outcome } = await tryAll(page, `${theirs}/data`);
  assert.deepEqual(outcome, passed);
  assert.ok(["load", "error"].includes(srcset));
  assert.ok(asked.includes("POST /data") && asked.includes("GET /count.js") && asked.includes("GET /frame"), asked.join());
  assert.deepEqual(await page.evaluate("blocked"), []);
  await page.evaluate("consent.withdraw()");
  asked.length = 0;
  assert.deepEqual(await tryAll(page, `${theirs}/data`), refused);
  assert.deepEqual(asked, []);
  assert.deepEqual(errors, []);
});

test("the page's own host, necessary services and undeclared hosts are nobody's business", async () => {
  const { page } = await visit();
  assert.equal(await page.evaluate("fetch('/own').then((response) => response.text())"), "own");
  assert.equal(await page.evaluate("fetch('own').then((response) => response.text())"), "own");
  const names = await page.evaluate(`Promise.all(["https://basket.example/", "https://other.example/", "https://bads.example/"].map((url) => fetch(url).catch(({ message }) => message)))`);
  for (const message of names) assert.doesNotMatch(message, /consentry/);
  assert.deepEqual(await page.evaluate("blocked"), []);
  await page.evaluate(`fetch("https://t.ads.example/").catch(() => {})`);
  assert.deepEqual(await page.evaluate("blocked.map(({ id }) => id)"), ["ads"]);
});

test("calls that the native methods would refuse are refused by them, with the same names and lengths", async () => {
  const { page } = await visit();
  const outcomes = await page.evaluate(async () => {
    const name = async (call) => {
      try {
        return await call();
      } catch (error) {
        return `${error.name}${/consentry/.test(error.message) ? " ours" : ""}`;
      }
    };
    const broken = { toString: () => { throw new RangeError("mine"); } };
    return [
      await name(() => fetch()),
      await name(() => fetch("http://[")),
      await name(() => fetch(broken)),
      await name(() => navigator.sendBeacon()),
      await name(() => navigator.sendBeacon.call({}, "/own")),
      await name(() => new XMLHttpRequest().send()),
      await name(() => new XMLHttpRequest().open("GET", "http://[")),
      await name(() => document.createElement("a").setAttribute("", "x")),
      await name(() => document.createElement("script").setAttribute("src")),
      [fetch, XMLHttpRequest.prototype.open, Element.prototype.setAttribute].map(({ name, length }) => name + length).join(),
    ];
  });
  assert.deepEqual(outcomes, ["TypeError", "TypeError", "RangeError", "TypeError", "TypeError", "InvalidStateError", "SyntaxError", "InvalidCharacterError", "TypeError", "fetch1,open2,setAttribute2"]);
});

test("a request that failed so can be opened anew, and one that was opened before it was granted is sent", async () => {
  const { page } = await visit();
  const said = await page.evaluate(async (url) => {
    const request = new XMLHttpRequest();
    const ended = () => new Promise((done) => (request.onloadend = () => done([request.readyState, request.status, request.responseText].join())));
    request.open("GET", url);
    request.send();
    const first = await ended();
    request.open("GET", "/own");
    const opened = request.readyState;
    request.send();
    const second = await ended();
    request.open("GET", url);
    await consent.save({ statistics: true });
    request.send();
    return [first, opened, second, await ended()];
  }, `${theirs}/data`);
  assert.deepEqual(said, ["4,0,", 1, "4,200,own", "4,200,theirs"]);
});

test("while nothing is known everything but the page's own host is refused, and for ever if it never is", async () => {
  for (const end of ["resolve", "reject"]) {
    const { page } = await visit("/pending");
    assert.deepEqual((await tryAll(page, `${theirs}/data`)).fetch, "TypeError");
    assert.equal(await page.evaluate("blocked[0].id"), "");
    assert.equal(await page.evaluate("fetch('/own').then((response) => response.text())"), "own");
    await page.evaluate(`${end}()`);
    const other = await page.evaluate("fetch('https://other.example/').catch(({ message }) => message)");
    assert.equal(/consentry/.test(other), end === "reject", other);
    assert.equal(await page.evaluate(`fetch("${theirs}/data").catch(({ name }) => name)`), "TypeError");
    assert.deepEqual(asked, []);
  }
});

test("with a policy given early only its hosts are refused, also when the consent fails to come", async () => {
  const { page } = await visit("/early");
  assert.deepEqual(await tryAll(page, `${theirs}/data`), refused);
  assert.doesNotMatch(await page.evaluate("fetch('https://other.example/').catch(({ message }) => message)"), /consentry/);
  assert.deepEqual(asked, []);
});

test("without an engine nothing of a service passes", async () => {
  const { page } = await visit("/no-wasm");
  assert.deepEqual(await tryAll(page, `${theirs}/data`), refused);
  assert.deepEqual(asked, []);
});

test("what the gate wakes passes, an embed that is allowed once too, and only that one", async () => {
  const { page } = await visit("/embed");
  await page.click("button[value=once]");
  assert.equal(await page.getAttribute("#frame", "src"), `${theirs}/frame`);
  assert.equal(await page.evaluate(`fetch("${theirs}/data").catch(({ name }) => name)`), "TypeError");
  assert.deepEqual(asked.filter((line) => !line.endsWith("/frame")), []);
  await page.evaluate("consent.save({ statistics: true })");
  await page.waitForFunction("window.counted === 1");
});

test("an inert script gets its address, for it loads nothing", async () => {
  const { page } = await visit();
  await page.evaluate((url) => {
    const script = document.createElement("script");
    script.type = "text/plain";
    script.src = url;
    document.body.append(script);
  }, `${theirs}/count.js`);
  assert.equal(await page.evaluate("document.body.lastChild.src"), `${theirs}/count.js`);
  assert.deepEqual(await page.evaluate("blocked"), []);
  assert.deepEqual(asked, []);
});

test("ended, it leaves the page's methods as they were", async () => {
  const { page } = await visit();
  const isNative = `native.fetch === fetch && native.open === XMLHttpRequest.prototype.open && native.send === XMLHttpRequest.prototype.send
    && native.setAttribute === Element.prototype.setAttribute && native.src === Object.getOwnPropertyDescriptor(HTMLScriptElement.prototype, "src").set`;
  assert.equal(await page.evaluate(isNative), false);
  await page.evaluate("stop()");
  assert.equal(await page.evaluate(isNative), true);
  assert.equal(await page.evaluate(`fetch("${theirs}/data").then((response) => response.text())`), "theirs");
});
