// What is put side by side: a page with nothing, ours in both modes, and the peers, each as its documentation says for
// opt-in with the same categories and one script that waits for the statistics.
import { build } from "esbuild";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { withFirstVisit } from "../../pkg/dist/server.js";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const installed = (path) => here(`node_modules/${path}`);

export const categories = JSON.parse(await readFile(here("categories.json"), "utf8"));
const optional = categories.filter(({ id }) => id !== "necessary");

const title = "We use cookies";
const text = "With your consent we use cookies for the purposes below. You can change your mind at any time.";

/** The script that waits; it says when it ran. */
export const GATED = "/gated.js";

/**
 * A lane: `files` are those of the package, by their names; `head` has the tags its documentation asks for, `start` is
 * the site's own script after them. `banner`, `accept` and `refuse` are selectors. `known` is true as soon as a page can
 * tell that its visitor granted statistics. `peer` marks those that ours are measured against.
 */
const lanes = [
  { name: "blank", label: "blank page", head: "", body: "", files: {} },
  {
    name: "static",
    label: "consentry, static",
    files: { "consentry.min.js": here("../../pkg/dist/consentry.min.js") },
    head: '<script src="consentry.min.js" defer></script><script src="start.js" defer></script>',
    body: `<script type="text/plain" data-consent="statistics" src="${GATED}"></script>`,
    start: `window.consent = consentry.start(${JSON.stringify(withFirstVisit({ id: "bench", locale: "en", categories: optional }))});`,
    banner: "[data-cy=prompt]",
    accept: "[data-cy=prompt] button[value=accept]",
    refuse: "[data-cy=prompt] button[value=reject]",
    known: 'consent.decision.ids.statistics.status === "granted"',
  },
  {
    // The page goes through the layer, which writes banner, style sheet and script into it.
    name: "server",
    label: "consentry, server",
    site: true,
    files: {},
    head: "",
    body: `<script src="${GATED}" data-consent="statistics" defer></script>`,
    banner: "[data-cy=prompt]",
    accept: "[data-cy=prompt] button[value=accept]",
    refuse: "[data-cy=prompt] button[value=reject]",
    // The page came as its visitor chose.
    known: `document.querySelector('script[src="${GATED}"]').type !== "text/plain"`,
  },
  {
    name: "vcc",
    label: "vanilla-cookieconsent",
    package: "vanilla-cookieconsent",
    peer: true,
    files: {
      "cookieconsent.css": installed("vanilla-cookieconsent/dist/cookieconsent.css"),
      "cookieconsent.umd.js": installed("vanilla-cookieconsent/dist/cookieconsent.umd.js"),
    },
    head: `<link rel="stylesheet" href="cookieconsent.css"><script src="cookieconsent.umd.js" defer></script>
<script src="start.js" defer></script>`,
    body: `<script type="text/plain" data-category="statistics" src="${GATED}"></script>`,
    start: `CookieConsent.run(${JSON.stringify({
      categories: {
        necessary: { enabled: true, readOnly: true },
        ...Object.fromEntries(optional.map(({ id }) => [id, {}])),
      },
      language: {
        default: "en",
        translations: {
          en: {
            consentModal: {
              title,
              description: text,
              acceptAllBtn: "Accept all",
              acceptNecessaryBtn: "Reject all",
              showPreferencesBtn: "Settings",
            },
            preferencesModal: {
              title: "Settings",
              acceptAllBtn: "Accept all",
              acceptNecessaryBtn: "Reject all",
              savePreferencesBtn: "Save",
              closeIconLabel: "Close",
              sections: categories.map(({ id, name, purpose }) => {
                return { title: name, description: purpose, linkedCategory: id };
              }),
            },
          },
        },
      },
    })});`,
    banner: "#cc-main .cm",
    accept: "#cc-main .cm [data-role=all]",
    refuse: "#cc-main .cm [data-role=necessary]",
    known: 'CookieConsent.acceptedCategory("statistics")',
  },
  {
    name: "klaro",
    label: "Klaro",
    package: "klaro",
    peer: true,
    files: { "klaro.js": installed("klaro/dist/klaro.js") },
    head: '<script src="start.js" defer></script><script src="klaro.js" defer></script>',
    body: `<script type="text/plain" data-type="application/javascript" data-name="statistics"
data-src="${GATED}"></script>`,
    start: `var klaroConfig = ${JSON.stringify({
      version: 1,
      lang: "en",
      default: false,
      mustConsent: false,
      acceptAll: true,
      translations: {
        en: {
          consentNotice: { description: text },
          purposes: Object.fromEntries(categories.map(({ id, name }) => [id, name])),
          ...Object.fromEntries(categories.map(({ id, name, purpose }) => [id, { title: name, description: purpose }])),
        },
      },
      services: categories.map(({ id }) => ({ name: id, purposes: [id], required: id === "necessary" })),
    })};`,
    banner: "#klaro .cookie-notice",
    accept: "#klaro .cookie-notice .cm-btn-success",
    refuse: "#klaro .cookie-notice .cn-decline",
    known: 'klaro.getManager().getConsent("statistics")',
  },
  {
    name: "tac",
    label: "tarteaucitron",
    package: "tarteaucitronjs",
    peer: true,
    // It fetches the last three itself, from beside itself.
    files: Object.fromEntries(
      [
        "tarteaucitron.min.js",
        "tarteaucitron.services.min.js",
        "lang/tarteaucitron.en.min.js",
        "css/tarteaucitron.min.css",
      ].map((name) => [name, installed(`tarteaucitronjs/${name}`)]),
    ),
    head: '<script src="tarteaucitron.min.js" defer></script><script src="start.js" defer></script>',
    body: "",
    // Its categories are fixed; these are the nearest. What is always on is its message about mandatory cookies.
    start: `var tarteaucitronForceLanguage = "en";
tarteaucitron.init({ orientation: "bottom", groupServices: true, highPrivacy: true, mandatory: true, showIcon: false });
for (const [key, type, js] of [
  ["statistics", "analytic", () => tarteaucitron.addScript("${GATED}")],
  ["preferences", "other", () => {}],
  ["marketing", "ads", () => {}],
]) {
  tarteaucitron.services[key] = { key, type, name: key, needConsent: true, cookies: [], uri: "", js };
  (tarteaucitron.job = tarteaucitron.job || []).push(key);
}`,
    banner: "#tarteaucitronAlertBig",
    accept: "#tarteaucitronPersonalize2",
    refuse: "#tarteaucitronAllDenied2",
    known: "tarteaucitron.state.statistics === true",
  },
  {
    name: "c15t",
    label: "c15t",
    package: "c15t",
    peer: true,
    // It has no banner for pages without a framework: this one is as small as its documentation's.
    files: { "c15t.js": bundle('export { getOrCreateConsentRuntime } from "c15t";', "c15t") },
    head: '<script src="c15t.js" defer></script><script src="start.js" defer></script>',
    body: "",
    start: `const { consentStore } = c15t.getOrCreateConsentRuntime({
  mode: "offline",
  overrides: { country: "DE" },
  consentCategories: ["necessary", "experience", "measurement", "marketing"],
  scripts: [{ id: "gated", src: "${GATED}", category: "measurement" }],
});
const banner = document.createElement("div");
banner.id = "banner";
banner.setAttribute("role", "dialog");
banner.style.cssText = "position:fixed;inset:auto 0 0;padding:1rem;background:#fff;border-top:1px solid #777";
const paragraph = document.createElement("p");
paragraph.textContent = ${JSON.stringify(text)};
banner.append(paragraph);
for (const [id, label, act] of [
  ["accept", "Accept all", () => consentStore.getState().saveConsents("all")],
  ["refuse", "Reject all", () => consentStore.getState().saveConsents("necessary")],
  ["settings", "Settings", () => consentStore.getState().setActiveUI("dialog")],
]) {
  const button = document.createElement("button");
  button.id = id;
  button.textContent = label;
  button.addEventListener("click", act);
  banner.append(button);
}
const show = ({ activeUI }) => (banner.style.display = activeUI === "banner" ? "block" : "none");
show(consentStore.getState());
consentStore.subscribe(show);
document.body.append(banner);`,
    banner: "#banner",
    accept: "#accept",
    refuse: "#refuse",
    known: 'c15tStore.getState().has("measurement")',
  },
];

/** What a site's own bundler would make of a package. */
async function bundle(contents, globalName) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: here(".") },
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    globalName,
    target: "es2022",
    define: { "process.env.NODE_ENV": '"production"' },
  });
  return outputFiles[0].contents;
}

const version = async (name) => JSON.parse(await readFile(name, "utf8")).version;

/** The lanes whose names contain `only`, with the blank page, their files read and their versions looked up. */
export async function load(only = "") {
  const chosen = lanes.filter(({ name }) => name === "blank" || name.includes(only));
  return Promise.all(
    chosen.map(async (lane) => ({
      ...lane,
      version: lane.package && (await version(installed(`${lane.package}/package.json`))),
      files: new Map(
        await Promise.all(
          Object.entries(lane.files).map(async ([name, file]) => {
            const body = await file;
            return [name, Buffer.from(typeof body === "string" ? await readFile(body) : body)];
          }),
        ),
      ),
    })),
  );
}
