// The entry for Node and the edge.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createConsent } from "consentry";
import { createDecider, isAllowed } from "consentry/server";
import { memoryJar } from "./jar.mjs";
import { policy } from "./policy.mjs";

test("decides from a Cookie header as the page does from document.cookie", async () => {
  const jar = memoryJar({ session: "x" });
  const consent = createConsent(policy, { jar });
  await consent.save({ statistics: true, marketing: false });
  const { now } = consent.decision;
  const decide = createDecider({ ...policy, cookie: "privacy" });
  const decision = decide({ cookies: jar.read(), now });
  assert.deepEqual(decision, consent.decision);
  assert.equal(isAllowed(decision, "statistics"), true);
  assert.equal(isAllowed(decision, "marketing"), false);
});

test("a request without cookies allows nothing optional", () => {
  const decide = createDecider(policy);
  for (const cookies of [undefined, null, "", "a=b"]) {
    const decision = decide({ cookies });
    assert.equal(isAllowed(decision, "necessary"), true);
    assert.equal(isAllowed(decision, "statistics"), false);
  }
});

test("facts of the request reach the decision", () => {
  const decision = createDecider(policy)({ gpc: true, region: "US-CA", now: 1_764_000_000_000 });
  assert.equal(decision.gpc, true);
  assert.equal(decision.region, "US-CA");
  assert.equal(decision.now, 1_764_000_000_000);
  assert.equal(isAllowed(decision, "marketing"), false);
});

test("hostile cookies never throw and never allow", () => {
  const decide = createDecider(policy);
  for (const text of ["__Host-privacy", "__Host-privacy=", "__Host-privacy=%E0%A4%A", "=;=;;", "\u{1f36a}=\0", "x".repeat(65_536)])
    assert.equal(isAllowed(decide({ cookies: text }), "statistics"), false);
});
