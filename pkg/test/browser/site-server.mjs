// Real sites, a process for each caller: one test's publication is no other test's business.
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { spawn } from "./processes.mjs";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Starts the site on a free port, ends it with the test, and returns its origin. */
export const startSite = (t) => start(t, process.env.SOTHINKMEDIA, ["--package", "sothinkmedia"]);

/** The same for the careless application, on a stack and with a setting of its layer. */
export const startCareless = (t, ...args) =>
  start(t, process.env.CARELESS, ["--package", "consentry", "--example", "careless", "--features", "actix,axum,html,toml"], args);

/** The same with the site whose page all visitors get alike. */
export const startSharedPage = (t) =>
  start(t, process.env.SHARED_PAGE, ["--package", "consentry", "--example", "shared-page", "--features", "axum,html"]);

async function start(t, binary, target, own = []) {
  const [command, ...args] = binary ? [binary, ...own] : ["cargo", "run", "--quiet", ...target, "--", ...own];
  const site = spawn(command, args, { cwd: root, env: { ...process.env, PORT: "0" }, stdio: ["ignore", "pipe", "inherit"] });
  (t?.after.bind(t) ?? after)(() => site.kill());
  const lines = createInterface({ input: site.stdout });
  const ended = once(site, "exit").then(([code]) => Promise.reject(new Error(`the site ended with ${code}`)));
  ended.catch(() => {});
  for (;;) {
    const [line] = await Promise.race([once(lines, "line"), ended]);
    const origin = line.match(/^listening on (http:\S+)$/)?.[1];
    if (origin) return origin;
  }
}

export const prompt = "[data-cy=prompt]";

/** The server's decision for the visitor of a context. */
export async function decisionOf(context, origin, query = "") {
  const response = await context.request.get(`${origin}/privacy-choices/decision${query}`);
  return response.json();
}

/** The status of each id, without the reasons. */
export const statuses = ({ ids }) => Object.fromEntries(Object.entries(ids).map(([id, { status }]) => [id, status]));

/** The names of a context's cookies, sorted. */
export const cookieNames = async (context) => (await context.cookies()).map(({ name }) => name).sort();

/** Answers the banner with some boxes ticked. */
export async function grant(page, ...ids) {
  await page.click(`${prompt} summary`);
  for (const id of ids) await page.check(`${prompt} input[value="${id}"]`);
  await page.click(`${prompt} button[value=save]`);
}

/** How many page views the site holds of all its visitors. */
export async function viewsHeld(page) {
  return Number(await page.textContent("#held"));
}
