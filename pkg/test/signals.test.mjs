// What vendors' tags hear, recorded in the queues that they read.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { afterEach, test } from "node:test";
import { createConsent } from "consentry";
import { connectGoogle } from "consentry/google";
import { connectClarity, connectUet } from "consentry/microsoft";
import { memoryJar } from "./jar.mjs";
import { policy } from "./policy.mjs";

const file = JSON.parse(await readFile(new URL("../../tests/vectors/google.json", import.meta.url), "utf8"));
const fresh = () => createConsent(policy, { jar: memoryJar() });
const granted = (states) => Object.keys(states).filter((signal) => states[signal] === "granted");
/** A command as tags tell it from data: an arguments object. */
const isCommand = (entry) => Object.prototype.toString.call(entry) === "[object Arguments]";
const commands = (entries) => entries.map((entry) => (isCommand(entry) ? [...entry] : entry));

afterEach(() => {
  for (const name of ["dataLayer", "layer", "uetq", "clarity"]) delete globalThis[name];
});

for (const { name, authoring, signals, consent: text, want } of file.cases)
  test(name, (t) => {
    t.mock.timers.enable({ apis: ["Date"], now: 1764000000000 });
    const { id, category: categories, service: services = [] } = authoring;
    const own = services.map((service) => ({ ...service, own: service.choice === "own" }));
    const compiled = { id, categories, services: own, ...(signals && { signals }) };
    const jar = memoryJar(text ? { privacy: text } : {});
    connectGoogle(createConsent(compiled, { jar, region: "FR" }));
    const [[command, kind, states]] = commands(dataLayer);
    assert.deepEqual([command, kind, Object.keys(states).length], ["consent", "default", 7]);
    assert.deepEqual(granted(states).sort(), [...want].sort());
  });

test("Google hears the default first, an update and an event at each change, and nothing where nothing changed", async () => {
  globalThis.dataLayer = [{ event: "from the page" }];
  const consent = fresh();
  const stop = connectGoogle(consent);
  await consent.save({ statistics: true });
  // Behind no signal.
  await consent.save({ videos: true });
  await consent.withdraw();
  stop();
  await consent.accept();
  const said = commands(dataLayer);
  assert.deepEqual(
    said.map((entry) => (Array.isArray(entry) ? entry.slice(0, 2).join(" ") : entry.event)),
    ["from the page", "consent default", "consent update", "consent_change", "consent update", "consent_change"],
  );
  assert.deepEqual(granted(said[1][2]), ["security_storage"]);
  assert.equal("wait_for_update" in said[1][2], false);
  assert.deepEqual(granted(said[2][2]), ["analytics_storage", "security_storage"]);
  assert.deepEqual(said[3].consent, said[2][2]);
  assert.deepEqual(granted(said[4][2]), ["security_storage"]);
});

test("before the consent is there everything is denied, and tags are told to wait", async () => {
  const consent = fresh();
  await consent.accept();
  const coming = Promise.resolve(consent);
  connectGoogle(coming, { layer: "layer", event: "mine" });
  assert.deepEqual(granted(commands(layer)[0][2]), []);
  assert.equal(commands(layer)[0][2].wait_for_update, 500);
  await coming;
  await null;
  assert.equal(granted(commands(layer)[1][2]).length, 7);
  assert.equal(commands(layer)[2].event, "mine");
  connectGoogle(Promise.reject(new Error("no policy")), { layer: "dataLayer" });
  await new Promise((done) => setTimeout(done));
  assert.deepEqual(commands(dataLayer).map(([, kind]) => kind), ["default"]);
});

test("Microsoft's UET hears three items a command, also where its tag took the queue over", async () => {
  const consent = fresh();
  connectUet(consent);
  assert.deepEqual(uetq, ["consent", "default", { ad_storage: "denied" }]);
  const taken = [];
  globalThis.uetq = { push: (...items) => taken.push(items) };
  await consent.save({ marketing: true });
  assert.deepEqual(taken, [["consent", "update", { ad_storage: "granted" }]]);
});

test("Clarity hears both of its storages, spelt its way", async () => {
  const consent = fresh();
  connectClarity(consent);
  await consent.save({ statistics: true });
  assert.deepEqual(commands(clarity.q), [
    ["consentv2", { ad_Storage: "denied", analytics_Storage: "denied" }],
    ["consentv2", { ad_Storage: "denied", analytics_Storage: "granted" }],
  ]);
});
