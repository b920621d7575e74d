// What a visitor must find on every page of these projects, whatever built it.
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";

const prompt = "[data-cy=prompt]";
const counted = (page) => page.evaluate(() => window.counted);

/** Waits from outside of the page, whose policy may forbid the `eval` of Playwright's own waiting. */
async function eventually(holds, what) {
  for (const end = Date.now() + 10_000; !(await holds()); await delay(20)) assert.ok(Date.now() < end, what);
}

async function open(browser, origin) {
  const { context, page } = await browser.open();
  context.setDefaultTimeout(15_000);
  const errors = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(origin, { waitUntil: "load" });
  return { context, page, errors };
}

/** The page of a visitor who presses the button of this name, and comes back. */
async function answer(browser, origin, name, expected) {
  const { context, page, errors } = await open(browser, origin);
  const banner = page.locator(prompt);
  await banner.waitFor();
  const position = () => banner.evaluate((element) => getComputedStyle(element).position);
  await eventually(async () => (await position()) === "fixed", "the style sheet is not there");
  assert.equal(await counted(page), undefined, "ran before an answer");
  await banner.getByRole("button", { name }).click();
  await banner.waitFor({ state: "detached" });
  if (expected) await eventually(() => counted(page), "the accepted script did not run");
  assert.equal(await counted(page), expected);

  await page.reload({ waitUntil: "load" });
  if (expected) await eventually(() => counted(page), "the accepted script did not run");
  // Nothing says that a script will not come; by then one that is not held back has long run.
  await page.getByRole("button", { name: "Privacy choices" }).click();
  await page.getByRole("dialog").waitFor();
  assert.equal(await counted(page), expected, "after a reload");
  assert.equal(await banner.count(), 0, "asked again");
  assert.deepEqual(errors, []);
  return { context, page };
}

/** Shows the banner; refusing keeps the gated script out, accepting runs it once, and neither is asked again. */
export async function checkAnswers(browser, origin) {
  const refused = await answer(browser, origin, "Refuse all", undefined);
  await refused.context.close();
  const accepted = await answer(browser, origin, "Accept all", 1);
  await accepted.context.close();
}

/** Where the page's policy refuses WebAssembly and there is no other engine: it works, nothing optional is live, and the console says so once. */
export async function checkRefusedEngine(browser, origin) {
  const { context, page, errors } = await open(browser, origin);
  await eventually(() => errors.length > 0, "the console says nothing");
  await page.getByRole("button", { name: "Privacy choices" }).click();
  assert.equal(await page.locator("h1").textContent(), "Corner shop");
  assert.equal(await page.locator(prompt).count(), 0);
  assert.equal(await counted(page), undefined);
  assert.equal(errors.length, 1, errors.join("\n"));
  assert.match(errors[0], /^consentry: nothing optional is allowed, no engine runs here:/);
  await context.close();
}
