// The tabs of a site whose server decides.
import assert from "node:assert/strict";
import { engine, launch, open, test } from "./launch.mjs";
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
  // Each page notes when it knew: a driver is slower than that.
  for (const { page } of [first, second])
    await page.evaluate(`addEventListener("consentry:change", ({ detail }) => (window.heard ??= [detail.ids.statistics.status, Date.now()]))`);
  await first.page.click(`${prompt} button[value=reject]`);
  await second.page.waitForSelector(prompt, { state: "detached" });
  const [[, answered], [status, known]] = await Promise.all([first, second].map(({ page }) => page.evaluate("heard")));
  assert.equal(status, "denied");
  assert.ok(known - answered < 1000, `${known - answered} ms`);
  assert.deepEqual([...first.errors, ...second.errors], []);
});
