// The first script of pages that all visitors get alike, as the server has it, against the native `decide`: it may say
// less than is granted, and never more. OUTCOMES names a file of cases, one a line, from tests/outcomes.rs:
//   {"name", "attributes": of the script's element, "cookies", "now", "gpc", "allowed": ids,
//    "believed"?: whether the outcome among the cookies is to be believed,
//    "fresh"?: true, "everywhere": what is allowed in every region, "shows": whether there is a prompt or notice}
import assert from "node:assert/strict";
import { createReadStream, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { Script, createContext } from "node:vm";

const script = new Script(readFileSync(new URL("../../src/server/assets/bootstrap.js", import.meta.url), "utf8"));
const scope = createContext({});

/** Runs the script in a page of which there is only what it may read. */
function run({ attributes, cookies = "", now = 0, gpc, page = {} }) {
  const dataset = {};
  for (const [, name, value] of attributes.matchAll(/data-([a-z-]+)="([^"]*)"/g))
    dataset[name.replace(/-(.)/g, (_, letter) => letter.toUpperCase())] = value;
  const root = { dataset: {} };
  const listeners = {};
  Object.assign(scope, {
    document: { documentElement: root, currentScript: { dataset }, cookie: cookies },
    navigator: gpc === undefined ? {} : { globalPrivacyControl: gpc },
    Date: { now: () => now },
    self: page,
    addEventListener: (name, listener) => void (listeners[name] = listener),
  });
  script.runInContext(scope);
  const { consent, consentAsk, ...rest } = root.dataset;
  assert.deepEqual(rest, {});
  assert.ok(consentAsk === undefined || consentAsk === "");
  return { ids: consent.split(" ").filter(Boolean), asks: consentAsk === "", page, listeners };
}

/** A command as Google's tags read it: no array, and as plain values. */
function command(entry) {
  assert.equal(Object.prototype.toString.call(entry), "[object Arguments]");
  return JSON.parse(JSON.stringify(Array.from(entry)));
}

/** Signals for some of a page's ids, each way of combining them. */
function signalsOf(attributes) {
  const ids = attributes.match(/data-ids="([^"]*)"/)[1].split(" ").filter(Boolean);
  return Object.fromEntries([
    ["security_storage", ["necessary"]],
    // What no id stands behind.
    ["personalization_storage", ["-"]],
    ["ad_storage", ["necessary", ...ids]],
    ...ids.map((id, place) => [`one_${place}`, [id]]),
    ...ids.map((id, place) => [`two_${place}`, [id, ids[(place + 1) % ids.length]]]),
  ]);
}

const written = (signals) => Object.entries(signals).map(([name, ids]) => `${name}:${ids}`).join(" ");
const resolved = (signals, granted) =>
  Object.fromEntries(
    Object.entries(signals).map(([name, ids]) => [name, ids.every((id) => granted.includes(id)) ? "granted" : "denied"]),
  );

const file = process.env.OUTCOMES;
const missing = "OUTCOMES names no file: `cargo xtask test npm` makes one and runs this";

test("it says no more than is allowed, and all of it where that is sure", { skip: !file && missing }, async (t) => {
  const counts = { cases: 0, nonEmpty: 0, fresh: 0, equal: 0, equalNonEmpty: 0, disbelieved: 0, narrower: 0 };
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const { allowed, believed, everywhere, shows, ...facts } = JSON.parse(line);
    const signals = signalsOf(facts.attributes);
    const attributes = `${facts.attributes} data-signals="${written(signals)}"`;
    const { ids, asks, page } = run({ ...facts, attributes });
    const about = () => `${line}\nsays: ${ids.join(" ") || "nothing"}, ${asks ? "asks" : "does not ask"}`;

    const wider = ids.filter((id) => !allowed.includes(id));
    assert.deepEqual(wider, [], `wider than what is decided: ${about()}`);

    assert.equal(page.dataLayer.length, 1);
    const [word, mode, { wait_for_update: wait, ...states }] = command(page.dataLayer[0]);
    assert.deepEqual([word, mode], ["consent", "default"]);
    assert.deepEqual(states, resolved(signals, ["necessary", ...ids]), about());
    assert.ok(wait === undefined || wait === 500);
    // It waits where it knows nothing, and then it asks.
    if (wait) assert.ok(asks && ids.length === 0, about());

    if (believed === false) {
      assert.ok(ids.length === 0 && asks && wait, `it believes what it must not: ${about()}`);
      counts.disbelieved += 1;
    }
    if (facts.fresh && believed) {
      assert.deepEqual([...ids].sort(), [...everywhere].sort(), `not all that is sure: ${about()}`);
      assert.equal(asks, shows, about());
      assert.equal(wait, undefined, about());
      counts.equal += 1;
      counts.equalNonEmpty += ids.length > 0;
    }
    if (facts.fresh && shows) assert.ok(asks, about());
    counts.cases += 1;
    counts.fresh += facts.fresh ?? 0;
    counts.nonEmpty += ids.length > 0;
    counts.narrower += ids.length < allowed.length;
  }
  t.diagnostic(Object.entries(counts).map(([what, count]) => `${what} ${count}`).join(", "));
  // A script that always says nothing would not do.
  assert.ok(counts.equalNonEmpty > 50 && counts.nonEmpty > 500 && counts.disbelieved > 1000, JSON.stringify(counts));
});

const told = (more) => run({ attributes: 'data-granted="statistics videos" data-signals="a:statistics b:statistics,marketing"', ...more });

test("a page made for one visitor is told, and does not ask or wait", () => {
  const { ids, asks, page } = told();
  assert.deepEqual([ids, asks], [["statistics", "videos"], false]);
  assert.deepEqual(command(page.dataLayer[0]), ["consent", "default", { a: "granted", b: "denied" }]);
});

test("the default comes before anything else, through a gtag of the page's where there is one", () => {
  const { page } = told();
  page.gtag("config", "G-1");
  assert.deepEqual(Array.from(page.dataLayer, (entry) => command(entry)[0]), ["consent", "config"]);
  const sent = [];
  const own = { gtag: (...words) => sent.push(words[1]), dataLayer: [] };
  told({ page: own });
  assert.deepEqual([sent, own.dataLayer], [["default"], []]);
});

test("an answer updates the signals: what is granted or required, and no more", () => {
  const { page, listeners } = told();
  const detail = { ids: { statistics: { status: "required" }, marketing: { status: "granted" } } };
  listeners["consentry:change"]({ detail });
  detail.ids.marketing.status = "denied";
  listeners["consentry:change"]({ detail });
  delete detail.ids.statistics;
  listeners["consentry:change"]({ detail });
  assert.deepEqual(Array.from(page.dataLayer).slice(1).map(command), [
    ["consent", "update", { a: "granted", b: "granted" }],
    ["consent", "update", { a: "granted", b: "denied" }],
    ["consent", "update", { a: "denied", b: "denied" }],
  ]);
});

test("without signals it leaves Google's tags alone", () => {
  const { page, listeners } = run({ attributes: 'data-granted="statistics"' });
  assert.deepEqual([page, listeners], [{}, {}]);
});
