// The example site's policy from version 1 to version 4, as `consentry publish` wrote it: what visitors are asked and told.
import assert from "node:assert/strict";
import { launch, open, submit, test } from "./launch.mjs";
import { decisionOf, grant, prompt, startSite, statuses } from "./site-server.mjs";

const browser = await launch();
const notice = "[data-cy=notice]";

for (const javaScriptEnabled of [false, true]) {
  const scripting = javaScriptEnabled ? "with scripting" : "without scripting";

  test(`versions 2, 3 and 4, ${scripting}: asked about one category, then told, then neither`, async (t) => {
    const origin = await startSite(t);
    const { page, context, errors } = await open(browser, { javaScriptEnabled });
    const gone = (box) => page.waitForSelector(box, { state: "detached" });
    const publish = async (version) => {
      await page.goto(origin);
      assert.match(await page.textContent("[action='/admin/publish'] button"), new RegExp(`version ${version}$`));
      await submit(page, "[action='/admin/publish'] button");
      assert.equal((await decisionOf(context, origin)).version, version);
    };
    const seen = async () => [await page.locator(prompt).count(), await page.locator(notice).count()];
    const changes = (box) => page.locator(`${box} .cy-changes li`).allTextContents();
    await page.goto(origin);
    await grant(page, "statistics", "preferences");
    await gone(prompt);
    const answered = statuses(await decisionOf(context, origin));
    assert.deepEqual([answered.statistics, answered.preferences, answered.marketing], ["granted", "granted", "denied"]);

    await publish(2);
    assert.deepEqual(await seen(), [1, 0]);
    assert.deepEqual(await changes(prompt), ["Click-streams are now kept for 13 months instead of 6."]);
    assert.deepEqual((await decisionOf(context, origin)).prompt.ids, ["statistics"]);
    await page.click(`${prompt} button[value=accept]`);
    await gone(prompt);
    assert.deepEqual(statuses(await decisionOf(context, origin)), answered);

    await publish(3);
    assert.deepEqual(await seen(), [0, 1]);
    assert.deepEqual(await changes(notice), ["Bytestore Ltd now stores click-streams for us. It may use them for nothing else."]);
    assert.deepEqual(statuses(await decisionOf(context, origin)), answered);
    await page.click(`${notice} button[value=acknowledge]`);
    await gone(notice);
    await page.goto(origin);
    assert.deepEqual(await seen(), [0, 0]);

    await publish(4);
    assert.deepEqual(await seen(), [0, 0]);
    assert.deepEqual(statuses(await decisionOf(context, origin)), answered);
    assert.equal(await page.locator("[action='/admin/publish']").count(), 0);
    // Who looks for what changed finds what visitors were asked about and told of.
    await page.goto(`${origin}/privacy-choices/history`);
    const history = await page.textContent("main");
    assert.match(history, /Bytestore Ltd now stores/);
    assert.match(history, /13 months instead of 6/);
    assert.doesNotMatch(history, /sales partners/);
    assert.deepEqual(errors, []);
  });
}
