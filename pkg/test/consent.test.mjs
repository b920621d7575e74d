// The store in Node, on the built engine.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import { test } from "node:test";
import { createConsent, loadConsent } from "consentry";
import { memoryJar } from "./jar.mjs";
import { changed, policy } from "./policy.mjs";

const statuses = ({ decision }) =>
  Object.fromEntries(Object.entries(decision.ids).map(([id, { status }]) => [id, status]));

const all = (status) => ({
  necessary: "required",
  basket: "required",
  preferences: status,
  statistics: status,
  marketing: status,
  "log-analysis": status,
  videos: status,
});

test("a first visit allows what is necessary, nothing else, and asks", () => {
  const consent = createConsent(policy, { jar: memoryJar() });
  assert.deepEqual(statuses(consent), all("undecided"));
  assert.equal(consent.allows("necessary"), true);
  assert.equal(consent.allows("statistics"), false);
  assert.equal(consent.decision.prompt.cause, "first-visit");
});

test("what is accepted is kept in the cookie and counts on the next page", async () => {
  const jar = memoryJar();
  await createConsent(policy, { jar }).accept();
  assert.deepEqual(jar.names(), ["privacy"]);
  assert.ok(jar.age("privacy") > 86_400);
  const next = createConsent(policy, { jar });
  assert.deepEqual(statuses(next), all("granted"));
  assert.equal(next.decision.prompt, null);
});

test("a refusal is kept too and is not asked about again", async () => {
  const jar = memoryJar();
  await createConsent(policy, { jar }).reject();
  const next = createConsent(policy, { jar });
  assert.deepEqual(statuses(next), all("denied"));
  assert.equal(next.decision.prompt, null);
});

test("save answers for the ids given and leaves the others", async () => {
  const consent = createConsent(policy, { jar: memoryJar() });
  await consent.save({ statistics: true, marketing: false });
  assert.equal(consent.allows("statistics"), true);
  assert.equal(consent.allows("log-analysis"), true);
  assert.equal(consent.decision.ids.marketing.status, "denied");
  assert.equal(consent.decision.ids.preferences.status, "undecided");
});

test("a change of the policy asks again about what it touches and keeps the rest", async () => {
  const jar = memoryJar();
  await createConsent(policy, { jar }).accept();
  const consent = createConsent(changed, { jar });
  assert.equal(consent.decision.prompt.cause, "policy-changed");
  assert.deepEqual(consent.decision.prompt.ids, ["statistics"]);
  assert.equal(consent.allows("statistics"), false);
  assert.equal(consent.allows("marketing"), true);
  await consent.reject();
  assert.equal(consent.decision.ids.statistics.status, "denied");
  assert.equal(consent.allows("marketing"), true);
});

test("withdrawing deletes the cookies of what is no longer allowed, and no others", async () => {
  const jar = memoryJar({ _ls: "1", _ls_session: "2", basket: "3" });
  const consent = createConsent(policy, { jar });
  await consent.accept();
  assert.deepEqual(jar.names(), ["_ls", "_ls_session", "basket", "privacy"]);
  await consent.withdraw(["statistics"]);
  assert.deepEqual(jar.names(), ["basket", "privacy"]);
  assert.equal(consent.allows("statistics"), false);
  assert.equal(consent.allows("marketing"), true);
  await consent.withdraw();
  assert.deepEqual(statuses(consent), all("denied"));
});

test("forget deletes the answer, so that there is one to ask for again", async () => {
  const jar = memoryJar();
  const consent = createConsent(policy, { jar });
  await consent.accept();
  await consent.forget();
  assert.deepEqual(jar.names(), []);
  assert.equal(consent.decision.prompt.cause, "first-visit");
});

test("listeners hear each change with what was before, until they stop", async () => {
  const consent = createConsent(policy, { jar: memoryJar() });
  const heard = [];
  const stop = consent.subscribe((now, before) => heard.push([before.ids.videos.status, now.ids.videos.status]));
  await consent.accept();
  await consent.withdraw(["videos"]);
  stop();
  await consent.accept();
  assert.deepEqual(heard, [["undecided", "granted"], ["granted", "denied"]]);
});

test("whenGranted waits for the grant", async () => {
  const consent = createConsent(policy, { jar: memoryJar() });
  const order = [];
  const granted = consent.whenGranted("statistics").then(() => order.push("granted"));
  await consent.save({ statistics: false });
  order.push("refused");
  await consent.save({ statistics: true });
  await granted;
  await consent.whenGranted("statistics");
  assert.deepEqual(order, ["refused", "granted"]);
});

test("an unknown id is a RangeError that names it and the known ones", () => {
  const consent = createConsent(policy, { jar: memoryJar() });
  const expected = {
    name: "RangeError",
    message:
      'unknown id "statistic", expected one of: necessary, preferences, statistics, marketing, basket, log-analysis, videos',
  };
  assert.throws(() => consent.allows("statistic"), expected);
  assert.throws(() => consent.whenGranted("statistic"), expected);
  for (const id of ["__proto__", "constructor", "toString"]) assert.throws(() => consent.allows(id), RangeError);
  assert.throws(() => consent.save({ "log-analysis": true }), {
    message: 'unknown id "log-analysis", expected one of: preferences, statistics, marketing, videos',
  });
  assert.throws(() => consent.withdraw(["necessary"]), {
    message:
      'unknown id "necessary", expected one of: preferences, statistics, marketing, basket, log-analysis, videos',
  });
});

test("a service that follows its category can be refused by itself", async () => {
  const consent = createConsent(policy, { jar: memoryJar() });
  await consent.accept();
  await consent.withdraw(["log-analysis"]);
  assert.equal(consent.allows("log-analysis"), false);
  assert.equal(consent.allows("statistics"), true);
});

test("a faulty policy is an error that says where", () => {
  assert.throws(() => createConsent({ ...policy, categories: [{ id: 7 }] }), /wrong-type at categories\[0\]\.id/);
});

test("a browser that does not take the cookie fails the answer", async () => {
  const jar = { ...memoryJar(), write() {} };
  const consent = createConsent(policy, { jar });
  await assert.rejects(consent.accept(), /did not take the cookie privacy/);
  assert.equal(consent.allows("statistics"), false);
});

/** A server for one test, with the answers it received. */
async function serve(t, reply) {
  const received = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const part of request) text += part;
    if (text) received.push(JSON.parse(text));
    const [status, body] = await reply(received.length, request);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return { origin: `http://127.0.0.1:${server.address().port}`, received };
}

test("without its server a page keeps a refusal beside the seal, and the other grants with it", async (t) => {
  const { origin } = await serve(t, () => [503, null]);
  const seal = ".k1." + "A".repeat(43);
  const jar = memoryJar();
  await createConsent(policy, { jar }).accept();
  const [, text] = jar.read().split("=");
  jar.write("privacy", text + seal, 1);
  const sealed = { ...policy, sealed: true };
  const consent = createConsent(sealed, { jar, endpoint: `${origin}/privacy-choices` });
  assert.deepEqual(statuses(consent), all("granted"));
  await assert.rejects(consent.withdraw(["statistics"]), /answered 503/);
  assert.ok(jar.read().startsWith(`privacy=${text}${seal}!`), jar.read());
  const next = createConsent(sealed, { jar });
  assert.equal(next.allows("statistics"), false);
  assert.equal(next.allows("marketing"), true);
});

/** What a server would decide after an act: the same engine on a jar of its own. */
async function decided(act) {
  const consent = createConsent(policy, { jar: memoryJar() });
  await act(consent);
  return consent.decision;
}

test("loadConsent fetches the policy", async (t) => {
  const { origin } = await serve(t, (_, { url }) => (url === "/policy.json" ? [200, policy] : [404, null]));
  const consent = await loadConsent(`${origin}/policy.json`, { jar: memoryJar() });
  assert.equal(consent.decision.policy, "corner-shop");
  await assert.rejects(loadConsent(`${origin}/none.json`), /none\.json answered 404/);
});

test("with a server a grant acts when the reply has arrived", async (t) => {
  let release;
  const held = new Promise((resolve) => (release = resolve));
  const decision = await decided((consent) => consent.accept());
  const { origin, received } = await serve(t, () => held.then(() => [200, decision]));
  const consent = createConsent(policy, { jar: memoryJar(), endpoint: `${origin}/privacy-choices` });
  const accepted = consent.accept();
  assert.equal(consent.allows("statistics"), false);
  release();
  await accepted;
  assert.equal(consent.allows("statistics"), true);
  const asked = ["preferences", "statistics", "marketing", "videos"];
  assert.deepEqual(received, [{ policy: "corner-shop", version: 1, act: "accept", method: "script", asked, on: [] }]);
});

test("with a server a refusal acts at once, and holds when the server fails", async (t) => {
  const { origin } = await serve(t, () => [503, null]);
  const jar = memoryJar();
  await createConsent(policy, { jar }).accept();
  const consent = createConsent(policy, { jar, endpoint: `${origin}/privacy-choices` });
  assert.equal(consent.allows("statistics"), true);
  const withdrawn = consent.withdraw(["statistics"]);
  assert.equal(consent.allows("statistics"), false);
  await assert.rejects(withdrawn, /answered 503/);
  assert.equal(consent.allows("statistics"), false);
  assert.equal(createConsent(policy, { jar }).allows("statistics"), false);
  assert.equal(consent.allows("marketing"), true);
});

test("with a server a grant that fails leaves everything as it was", async (t) => {
  const { origin } = await serve(t, () => [403, null]);
  const jar = memoryJar();
  const consent = createConsent(policy, { jar, endpoint: `${origin}/privacy-choices` });
  const before = consent.decision;
  await assert.rejects(consent.accept(), /answered 403/);
  assert.deepEqual(consent.decision.ids, before.ids);
  assert.deepEqual(jar.names(), []);
});

test("a late reply does not bring back what was refused meanwhile", async (t) => {
  const [granted, denied] = await Promise.all([
    decided((consent) => consent.accept()),
    decided((consent) => consent.reject()),
  ]);
  const { origin, received } = await serve(t, (count) => [200, count === 1 ? granted : denied]);
  const consent = createConsent(policy, { jar: memoryJar(), endpoint: `${origin}/privacy-choices` });
  const seen = [];
  consent.subscribe(({ ids }) => seen.push(ids.statistics.status));
  await Promise.all([consent.accept(), consent.reject()]);
  assert.deepEqual(received.map(({ act }) => act), ["accept", "reject"]);
  assert.equal(consent.allows("statistics"), false);
  assert.ok(!seen.includes("granted"));
});

test("two refusals on their way hold, each on top of the other, whether the server takes them or not", async (t) => {
  for (const status of [503, 200]) {
    const denied = await decided((consent) => consent.reject());
    const { origin } = await serve(t, () => [status, denied]);
    const jar = memoryJar();
    await createConsent(policy, { jar }).accept();
    const consent = createConsent(policy, { jar, endpoint: `${origin}/privacy-choices` });
    const allowed = { statistics: [], marketing: [] };
    consent.subscribe(() => {
      for (const id of Object.keys(allowed)) allowed[id].push(consent.allows(id));
    });
    await Promise.allSettled([consent.withdraw(["statistics"]), consent.withdraw(["marketing"])]);
    assert.ok(!allowed.statistics.includes(true), JSON.stringify(allowed));
    assert.deepEqual([consent.allows("statistics"), consent.allows("marketing")], [false, false]);
    if (status === 200) continue;
    const next = createConsent(policy, { jar });
    assert.deepEqual([next.allows("statistics"), next.allows("marketing")], [false, false]);
  }
});

test("a page whose server shares the cookie between subdomains writes to that cookie, not beside it", async (t) => {
  const written = [];
  const stored = "__Secure-privacy=1.corner-shop.1.1764000000000.ib/+statistics.k1." + "A".repeat(43);
  globalThis.Document = class {
    get cookie() {
      return stored;
    }
    set cookie(line) {
      written.push(line);
    }
  };
  globalThis.document = new Document();
  t.after(() => ["document", "Document"].forEach((name) => delete globalThis[name]));
  const { origin } = await serve(t, () => [503, null]);
  const shared = { ...policy, cookie: "__Secure-privacy", domain: "shop.example", sealed: true };
  const consent = createConsent(shared, { endpoint: `${origin}/privacy-choices` });
  await assert.rejects(consent.withdraw(["statistics"]), /answered 503/);
  assert.equal(written.length, 1);
  assert.match(written[0], /^__Secure-privacy=1\.corner-shop\.[^;]+![^;]+\/-statistics; Path=\/; .*; Secure; Domain=shop\.example$/);
});
