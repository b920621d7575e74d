// What may not stand in a compiled policy is refused before the engine sees it, with a code and a path.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createConsent } from "consentry";
import { createDecider } from "consentry/server";
import { memoryJar } from "./jar.mjs";
import { policy } from "./policy.mjs";

const [preferences, statistics, marketing] = policy.categories;
const category = (more) => ({ categories: [{ ...preferences, ...more }, statistics, marketing] });
const service = (more) => ({ services: [{ ...policy.services[1], ...more }] });
const regime = (more) => ({ regimes: [{ id: "eu", ...more }] });
const change = (more) => ({ version: 2, changes: [{ version: 2, kind: "ask", touches: ["statistics"], ...more }] });

const faults = [
  ["missing at id", { id: undefined }],
  ["bad-value at id", { id: "My Site" }],
  ["bad-value at version", { version: 0 }],
  ["bad-value at version", { version: 1.5 }],
  ["bad-value at version", { version: 2 ** 32 }],
  ["wrong-type at version", { version: "1" }],
  ["wrong-type at locale", { locale: 7 }],
  ["wrong-type at categories", { categories: {} }],
  ["wrong-type at categories[0]", { categories: ["statistics"] }],
  ["wrong-type at categories[0]", { categories: [null] }],
  ["missing at categories[0].id", { categories: [{}] }],
  ["wrong-type at categories[0].id", { categories: [{ id: 7 }] }],
  ["bad-value at categories[0].id", category({ id: "__proto__" })],
  ["bad-value at categories[0].id", category({ id: "a\x1fb" })],
  ["bad-value at categories[0].key", category({ key: "" })],
  ["wrong-type at categories[0].name", category({ name: ["Preferences"] })],
  ["wrong-type at categories[0].purpose", category({ purpose: true })],
  ["wrong-type at categories[0].uses", category({ uses: "share" })],
  ["bad-value at categories[0].uses[1]", category({ uses: ["share", "fun"] })],
  ["wrong-type at categories[0].uses[0]", category({ uses: [1] })],
  ["bad-value at categories[0].basis", category({ basis: "habit" })],
  ["bad-value at categories[0].since", category({ since: 2 })],
  ["bad-value at categories[0].since", category({ since: 0 })],
  ["wrong-type at categories[0].since", category({ since: null })],
  ["bad-value at categories[0].formerly[0]", category({ formerly: ["two words"] })],
  ["duplicate at categories[1].id", category({ id: "statistics" })],
  ["duplicate at categories[1].id", category({ key: "statistics" })],
  ["duplicate at services[0].id", service({ id: "statistics" })],
  ["missing at services[0].category", service({ category: undefined })],
  ["unknown-id at services[0].category", service({ category: "statistic" })],
  ["unknown-id at services[0].category", service({ category: "log-analysis" })],
  ["wrong-type at services[0].own", service({ own: "yes" })],
  ["wrong-type at services[0].reload", service({ reload: "yes" })],
  ["bad-value at services[0].cookies[1]", service({ cookies: ["_ls", "a b"] })],
  ["bad-value at regimes[0].kind", regime({ kind: "opt" })],
  ["bad-value at regimes[0].kind", regime({ kind: "ask" })],
  ["bad-value at regimes[0].regions[0]", regime({ regions: ["Europe"] })],
  ["bad-value at regimes[0].grantMaxAge", regime({ grantMaxAge: -1 })],
  ["wrong-type at regimes[0].refusalQuiet", regime({ refusalQuiet: "6 months" })],
  ["bad-value at regimes[0].gpc", regime({ gpc: "maybe" })],
  ["bad-value at changes[0].kind", change({ kind: "tell" })],
  ["wrong-type at changes[0].summary", change({ summary: { en: "x" } })],
  ["bad-value at changes[0].touches[0]", change({ touches: ["Statistics"] })],
  ["bad-value at contact.url", { contact: { url: "javascript:alert(1)" } }],
  ["bad-value at contact.url", { contact: { url: "//elsewhere.example" } }],
  ["bad-value at cookie", { cookie: "a b" }],
  ["bad-value at domain", { domain: "shop.example; Max-Age=1" }],
  ["wrong-type at mount", { mount: 1 }],
  ["bad-value at mount", { mount: "javascript:alert(1)" }],
  ["missing at changes[0].version", change({ version: undefined })],
  ["bad-value at changes[0].kind", change({ kind: "opt-in" })],
  ["duplicate at categories[0].id", category({ key: "necessary" })],
  ["duplicate at services[0].id", service({ id: "necessary" })],
  ["wrong-type at words.accept", { words: { accept: 1 } }],
];

test("a faulty policy is refused with a code and a path, by the page and by a server", () => {
  for (const [message, fault] of faults) {
    const faulty = { ...policy, ...fault };
    assert.throws(() => createConsent(faulty, { jar: memoryJar() }), { name: "Error", message }, JSON.stringify(fault));
    assert.throws(() => createDecider(faulty), { message });
  }
  console.log(`${faults.length} faulty policies`);
});

test("what may stand there is taken: patterns, presets in part, hosts, texts in any script", () => {
  const taken = {
    ...policy,
    regimes: [{ id: "eu", grantMaxAge: 86_400 }, { id: "au", kind: "inform", regions: ["AU"], gpc: "ignore" }],
    categories: [{ id: "necessary", name: "Nötig" }, { ...preferences, name: "設定 <b>\u001e\u001f" }, statistics, marketing],
    services: [{ id: "ads", key: "a", category: "marketing", cookies: ["*", "__Host-x", "_ga_*"], hosts: ["ads.example"] }],
    contact: { name: "Shop", url: "/contact", email: "a@b.example" },
    words: { accept: "Yes", unknown: "?" },
  };
  const decide = createDecider(taken);
  assert.equal(decide({ region: "AU" }).regime, "au");
  assert.equal(decide({ region: "FR" }).regime, "eu");
  assert.deepEqual(decide({ region: "AU" }).ids.ads, { status: "granted", reason: "regime-default" });
  assert.deepEqual(decide({}).ids.ads, { status: "undecided", reason: "no-answer" });
});

test("what a regime leaves out is its preset's, or the usual", () => {
  const given = 1_764_000_000_000;
  const days = (count) => given + count * 86_400_000;
  const reason = (regimes, facts) => {
    const decide = createDecider({ ...policy, cookie: "privacy", regimes });
    return decide({ cookies: `privacy=1.corner-shop.1.${given}.ib/+statistics`, ...facts }).ids.statistics.reason;
  };
  const au = [{ id: "au", kind: "opt-in", regions: ["AU"] }];
  assert.equal(reason(au, { region: "AU", now: days(182) }), "chosen");
  assert.equal(reason(au, { region: "AU", now: days(182) + 1 }), "expired");
  for (const presets of [undefined, [], [{ id: "us-ca", kind: "opt-out" }]]) {
    assert.equal(reason(presets, { region: "US-CA", now: days(365) }), "chosen");
    assert.equal(reason(presets, { region: "US-CA", now: days(365) + 1 }), "expired");
  }
  assert.equal(reason(undefined, { region: "FR", now: days(182) + 1 }), "expired");
});

test("what separates the fields of a request cannot be smuggled into one", () => {
  const decide = createDecider({ ...policy, cookie: "privacy" });
  const forged = "FR\x1f1764000000000\x1f\x1f\x1f\x1f\x1fprivacy=1.corner-shop.1.1764000000000.ib/+statistics";
  for (const facts of [{ region: forged }, { cookies: `\x1f${forged}` }, { cookies: `a=b;\x1f${forged}` }]) {
    const { ids, region } = decide({ now: 1_764_000_000_000, ...facts });
    assert.equal(ids.statistics.status, "undecided", JSON.stringify(facts));
    assert.equal(region, null);
  }
});
