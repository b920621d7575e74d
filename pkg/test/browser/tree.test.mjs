// The banner's tree has two writers: the server's HTML and the page's elements. Whatever is shown, they agree.
import assert from "node:assert/strict";
import { launch, open, submit, test } from "./launch.mjs";
import { grant, prompt, startSite } from "./site-server.mjs";

const browser = await launch();

/** The box in the server's page and the one the script builds, for the same visitor. */
async function both(page, kind, path, query) {
  return page.evaluate(
    async ([kind, path, query]) => {
      const { render } = await import("/pkg/test/engine.js");
      const cookie = document.cookie.split("; ").find((pair) => pair.startsWith("privacy="));
      const get = async (path) => {
        // A signal's denial is stored with the first answer; the next is about the same visitor.
        if (cookie) document.cookie = `${cookie}; path=/`;
        return (await fetch(path + query)).text();
      };
      const policy = JSON.parse(await get("/privacy-choices/policy.json"));
      const decision = JSON.parse(await get("/privacy-choices/decision"));
      const built = document.createElement("div");
      render(built, kind, policy, decision, policy.mount);
      const served = new DOMParser().parseFromString(await get(path), "text/html");
      const boxes = kind === "choices" ? "[data-cy=choices]" : "[data-cy=prompt],[data-cy=notice]";
      return [served, built].map((root) => {
        const box = root.querySelector(boxes);
        // Where to return to after an answer is the server's business.
        box?.querySelectorAll("[name=return]").forEach((input) => input.removeAttribute("value"));
        return box?.outerHTML ?? "nothing";
      });
    },
    [kind, path, query],
  );
}

async function agree(page, query = "") {
  const shown = [];
  for (const [kind, path] of [["prompt", "/"], ["choices", "/privacy-choices"]]) {
    const [served, built] = await both(page, kind, path, query);
    assert.equal(built, served, `${kind} ${query}`);
    shown.push(served);
  }
  return shown[0];
}

for (const locale of ["en-GB", "fr-FR", "de-DE"])
  test(`server and page write the same tree, ${locale}`, async (t) => {
    const origin = await startSite(t);
    const { page, errors } = await open(browser, { locale });
    await page.goto(origin);
    assert.match(await agree(page), /data-cy="prompt"/);
    // An opt-out region has a notice instead.
    assert.match(await agree(page, "?region=US-CA"), /data-cy="notice"/);
    await grant(page, "statistics", "videos");
    await page.waitForSelector(prompt, { state: "detached" });
    assert.equal(await agree(page), "nothing");
    await submit(page, "[action='/admin/publish'] button");
    await page.waitForSelector(prompt);
    assert.match(await agree(page), /<ul class="cy-changes"><li>/);
    assert.deepEqual(errors, []);
  });

test("server and page write the same notice of a GPC signal", async (t) => {
  const origin = await startSite(t);
  const { page, errors } = await open(browser, { extraHTTPHeaders: { "sec-gpc": "1" } });
  await page.goto(`${origin}/?region=US-CA`);
  assert.match(await agree(page, "?region=US-CA"), /data-cy="notice"/);
  assert.deepEqual(errors, []);
});

test("server and page write the same offer to override a signal", async (t) => {
  const origin = await startSite(t);
  const { context, page, errors } = await open(browser);
  await page.goto(`${origin}/privacy-choices?region=US-CA`);
  await submit(page, "[data-cy=choices] button[value=accept]");
  await context.setExtraHTTPHeaders({ "sec-gpc": "1" });
  const notice = await agree(page, "?region=US-CA");
  assert.match(notice, /name="method" value="gpc-override"/);
  assert.equal(notice.match(/<button/g).length, 3);
  assert.deepEqual(errors, []);
});
