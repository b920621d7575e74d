// The whole script of a page whose server runs consentry: no engine, the server decides.
import type { Decision } from "../types/index.d.ts";
import { allowed } from "./decision.ts";
import { announce, body, isPrerendered, root } from "./dom.ts";
import { takeOver } from "./form.ts";
import { activate, watch } from "./gate.ts";
import { post } from "./post.ts";
import { join } from "./tabs.ts";

const { consent, consentAsk } = root().dataset;
const script = Reflect.get(Document.prototype, "currentScript", document) as HTMLScriptElement | null;
const mount = script?.src.replace(/\/assets\/[^/]*$/, "");
const words = (list = "") => list.match(/\S+/g) ?? [];
/** Services that were allowed in this page; of those in `data-reload` the scripts cannot be told to stop. */
const running = new Set([...words(script?.dataset.running), ...words(consent)]);

/** Lets the page know. */
function tell(decision: Decision): void {
  const page = root();
  const granted = Object.entries(decision.ids).filter(([, { status }]) => status === "granted");
  page.dataset.consent = granted.map(([id]) => id).join(" ");
  announce(decision);
  if (!decision.prompt) page.querySelectorAll("[data-cy=prompt]").forEach((box) => box.remove());
  void activate(decision);
  for (const id of words(script?.dataset.reload))
    if (allowed(decision, id)) running.add(id);
    else if (!isPrerendered() && running.delete(id)) location.reload();
}

const ask = async () => {
  const decision: Decision = await (await fetch(mount + "/decision")).json();
  tell(decision);
  return decision;
};
const failed = (cause: unknown) => console.error("consentry: the server could not be asked:", cause);
const askAgain = () => void ask().catch(failed);
const tellOthers = join(askAgain);
// What was answered meanwhile, a page from the back/forward cache does not know.
addEventListener("pageshow", ({ persisted }) => persisted && askAgain());
if (isPrerendered()) addEventListener("prerenderingchange", askAgain, true);

takeOver("[data-cy]:not([data-cy=choices])", async (answer, form) => {
  const decision = await post(form.getAttribute("action") ?? "", answer);
  tell(decision);
  tellOthers();
  // The policy changed while the page was open: what is to be asked now is in the next page.
  if (decision.prompt && decision.version > answer.version) location.reload();
  form.closest("[data-cy=notice]")?.remove();
});

// A page that all visitors get alike: its first script said what it could know, and the server knows the rest.
if (consent)
  void activate({ ids: Object.fromEntries(consent.split(" ").map((id) => [id, { status: "granted", reason: "chosen" }])) });
watch();
if (consentAsk !== undefined)
  ask().then((decision) => {
    if (!decision.prompt && !decision.notice) return;
    // Read as a document: nothing in it runs, and no text is made markup.
    const request = new XMLHttpRequest();
    request.open("GET", `${mount}/banner?return=${encodeURIComponent(location.pathname + location.search)}`);
    request.responseType = "document";
    request.onload = () => {
      const bar = request.responseXML?.querySelector("[data-cy]");
      if (bar) body()?.prepend(document.adoptNode(bar));
    };
    request.send();
  }, failed);
