// One visitor of one lane: a first visit that is watched and answered, a return, and a first visit that only costs.
import { setTimeout as sleep } from "node:timers/promises";
import { fault, probe } from "./probe.mjs";

/** Until banners have faded in; tarteaucitron's buttons do nothing in their first half second. In ms, at the full rate. */
const SETTLE = 1000;

/** The figures of a lane at a rate: 1, or 4 for a processor four times as slow. Throws where a lane does not do its work. */
export async function visitor(browser, server, lane, rate) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const first = await watch(context, server, lane, rate);
    return { ...first, ...(await comeBack(context, server, lane, rate)), ...(await cost(browser, server, lane, rate)) };
  } catch (cause) {
    throw new Error(`${lane.name} at ${rate}x: ${cause.message}`, { cause });
  } finally {
    await context.close();
  }
}

/** A page of its own, spoken to by protocol only: Playwright's own scripts would be part of the heap. */
async function open(context, rate) {
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  await cdp.send("Emulation.setCPUThrottlingRate", { rate });
  const run = async (expression) => {
    const { result, exceptionDetails } = await cdp.send("Runtime.evaluate", { expression, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  const until = async (expression) => {
    for (let times = 0; times < 750; times++) {
      if (await run(expression)) return;
      await sleep(20);
    }
    throw new Error(`never came true: ${expression}`);
  };
  return { page, cdp, run, until };
}

const settle = (rate) => sleep(rate > 1 ? SETTLE * 1.5 : SETTLE);
const address = (server, lane, more = "") => `${server.origin}/${lane.name}/${more}`;

async function watch(context, server, lane, rate) {
  const { page, cdp, run, until } = await open(context, rate);
  await cdp.send("Page.enable");
  await cdp.send("Page.addScriptToEvaluateOnNewDocument", { source: `(${probe})(${JSON.stringify(lane.banner ?? "")})` });
  await page.goto(address(server, lane));
  if (lane.banner) await until("seen.still");
  await settle(rate);
  const before = await run("({ ...seen, markerAt, ran: window.ran })");
  const figures = { shift: before.shift, long: before.long, longest: before.longest, wasm: before.wasm };
  if (!lane.banner) return page.close().then(() => figures);

  for (const name of ["inPage", "visible", "still"]) figures[name] = before[name] - before.markerAt;
  if (before.ran) throw new Error("the script that waits for consent ran without");
  for (const button of [lane.accept, lane.refuse]) {
    const found = await run(`(${fault})(${JSON.stringify(button)})`);
    if (found) throw new Error(found);
  }
  await run(`press(document.querySelector(${JSON.stringify(lane.accept)}))`);
  await until("window.ran");
  await settle(rate);
  const after = await run("({ ...seen, ranAt, ran })");
  if (after.ran !== 1) throw new Error(`the script that waits for consent ran ${after.ran} times`);
  figures.gated = after.ranAt - after.pressed;
  figures.inOwnTask = after.inOwnTask;
  figures.wasm = after.wasm;
  // Where the server writes the cookie, there is none when the page's request has not been answered.
  const answered =
    "performance.getEntriesByType('resource').findLast(({ initiatorType }) => initiatorType === 'fetch')?.responseEnd";
  figures.cookie = (after.written ?? (lane.site ? await run(answered) : undefined)) - after.pressed;
  await page.close();
  return figures;
}

/** The second page of a visitor who is known: files and what the browser made of them are in its caches by then. */
async function comeBack(context, server, lane, rate) {
  const { page, cdp, run, until } = await open(context, rate);
  await page.goto(address(server, lane, "?first"));
  await settle(rate);
  await page.goto(address(server, lane, "#return"));
  await until("window.knownAt");
  await settle(rate);
  const { script } = await times(cdp);
  const figures = { returnScript: script };
  if (lane.banner) {
    if ((await run("window.ran")) !== 1) throw new Error("the script with consent did not run on return");
    if (!(await run(`(${fault})(${JSON.stringify(lane.accept)})`))) throw new Error("the banner is there again on return");
    figures.known = await run("knownAt - markerAt");
    figures.knownAtOnce = await run("knownAtOnce");
  }
  await page.close();
  return figures;
}

async function cost(browser, server, lane, rate) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const { page, cdp } = await open(context, rate);
  server.take();
  await page.goto(address(server, lane));
  await settle(rate);
  const { task, script } = await times(cdp);
  const sent = server.take();
  await cdp.send("HeapProfiler.enable");
  for (let times = 0; times < 2; times++) await cdp.send("HeapProfiler.collectGarbage");
  const { usedSize, backingStorageSize = 0 } = await cdp.send("Runtime.getHeapUsage");
  await context.close();
  return { task, script, heap: (usedSize + backingStorageSize) / 1024, sent };
}

/** Time of the main thread in ms: all of it, and what of it scripts took. Chromium counts anew with each navigation. */
async function times(cdp) {
  const { metrics } = await cdp.send("Performance.getMetrics");
  const value = (wanted) => metrics.find(({ name }) => name === wanted).value * 1000;
  return { task: value("TaskDuration"), script: value("ScriptDuration") };
}
