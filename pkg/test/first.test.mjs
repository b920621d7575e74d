// What a compiled policy says of a first visit is what the engine says, and is believed only of the policy it was made of.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { createDecider, withFirstVisit } from "consentry/server";
import { builds } from "./engine.mjs";
import { changed, policy } from "./policy.mjs";

const { policies } = JSON.parse(await readFile(new URL("../../tests/vectors/policies.json", import.meta.url), "utf8"));
const compiled = Object.entries(policies).map(([name, { compiled }]) => [name, compiled]);

test("Rust and the package say the same of every policy of the vectors", () => {
  for (const [name, { first, ...rest }] of compiled) assert.deepEqual(withFirstVisit(rest).first, first, name);
  assert.ok(compiled.length > 20);
});

test("that is what both engines decide", () => {
  const all = [...compiled.map(([, policy]) => policy), withFirstVisit(policy), withFirstVisit(changed)];
  for (const policy of all)
    for (const Engine of Object.values(builds))
      for (const gpc of [false, true]) {
        const engine = new Engine(policy);
        // What would have to be taken back where no engine comes is left out.
        const grants = [false, true].some((gpc) => engine.grants(gpc));
        assert.equal(!policy.first, grants, policy.id);
        if (grants) continue;
        const facts = ["other=1", "privacy", false, gpc, "", 1_764_000_000_000];
        assert.equal(policy.first[gpc ? "gpc" : "plain"], engine.ask("decide", facts), policy.id);
      }
});

// As in src/policy/compiled.rs: whatever changes these letters needs another format, there and in src/first.ts.
test("a first visit is told in the letters of its format", () => {
  const shop = { id: "shop", categories: [{ id: "marketing", uses: ["share"] }] };
  const letters = ({ first: { plain, gpc } }) => [plain, gpc];
  assert.deepEqual(letters(withFirstVisit(shop)), ["caaaaaadgb eu", "caaaaaadgb eu"]);
  assert.equal(withFirstVisit({ ...shop, regimes: [{ id: "us-ca" }] }).first, undefined);
});

test("what was said before, and what else a policy has, is no part of what is said", () => {
  const once = withFirstVisit(policy);
  assert.deepEqual(withFirstVisit(once), once);
  assert.deepEqual(withFirstVisit(JSON.parse(JSON.stringify(once))), once);
  assert.notEqual(withFirstVisit({ ...policy, locale: "fr" }).first.of, once.first.of);
  const decide = createDecider(once);
  assert.equal(decide({ cookies: "" }).prompt.cause, "first-visit");
});

test("a policy with faults is refused as everywhere", () => {
  assert.throws(() => withFirstVisit({ ...policy, version: 0 }), /^Error: bad-value at version$/);
});
