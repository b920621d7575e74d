// The tabs of a site whose server decides.
import assert from "node:assert/strict";
import { test } from "node:test";
import { engine, launch, open } from "./launch.mjs";
import { prompt, startSite } from "./site-server.mjs";

const browser = await launch();

test("what is answered in one tab is known in the other within a second", async (t) => {
  const origin = await startSite(t);
  const first = await open(browser);
  const second = await engine.openIn(first.context);
  for (const { page } of [first, second]) {
    await page.goto(origin);
    await page.waitForSelector(prompt);
  }
  await second.page.evaluate(`addEventListener("consentry:change", ({ detail }) => (window.heard = detail.ids.statistics.status))`);
  await first.page.click(`${prompt} button[value=reject]`);
  await second.page.waitForSelector(prompt, { state: "detached", timeout: 1000 });
  assert.equal(await second.page.evaluate("heard"), "denied");
  assert.deepEqual([...first.errors, ...second.errors], []);
});
