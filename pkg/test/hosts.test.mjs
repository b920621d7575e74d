// The vectors that the server runs, on what the network guard goes by.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { hostOf, serviceOf } from "../dist/test/engine.js";

const { cases, services } = JSON.parse(await readFile(new URL("../../tests/vectors/hosts.json", import.meta.url), "utf8"));

test("a URL belongs to the service that the server says", () => {
  for (const { name, url, base = "https://shop.example/a/b", service } of cases) {
    const host = hostOf(url, base);
    assert.equal((host && serviceOf({ services }, host)?.id) || null, service, `${name}: ${host}`);
  }
  assert.ok(cases.length > 25);
});

test("a policy without services has no hosts", () => {
  assert.equal(serviceOf({}, "ads.example"), undefined);
  assert.equal(serviceOf({ services: [{ id: "a", category: "b" }] }, ""), undefined);
});
