// The whole script of a page whose server runs consentry: no engine, the server decides.
import type { Decision } from "../types/index.d.ts";
import { body, root } from "./dom.ts";
import { takeOver } from "./form.ts";
import { activate } from "./gate.ts";
import { post } from "./post.ts";

/** Lets the page know. */
function tell(decision: Decision): void {
  const page = root();
  const granted = Object.entries(decision.ids).filter(([, { status }]) => status === "granted");
  page.dataset.consent = granted.map(([id]) => id).join(" ");
  page.dispatchEvent(new CustomEvent("consentry:change", { bubbles: true, detail: decision }));
  void activate(decision);
}

takeOver("[data-cy]:not([data-cy=choices])", async (answer, form) => {
  const decision = await post(form.getAttribute("action") ?? "", answer);
  tell(decision);
  if (!decision.prompt) root().querySelectorAll("[data-cy=prompt]").forEach((box) => box.remove());
  // The policy changed while the page was open: what is to be asked now is in the next page.
  else if (decision.version > answer.version) location.reload();
  form.closest("[data-cy=notice]")?.remove();
});

// A page that all visitors get alike: its first script said what it could know, and the server knows the rest.
const { consent, consentAsk } = root().dataset;
if (consent)
  void activate({ ids: Object.fromEntries(consent.split(" ").map((id) => [id, { status: "granted", reason: "chosen" }])) });
if (consentAsk !== undefined) {
  const script: { src: string } = Reflect.get(Document.prototype, "currentScript", document) as never;
  const mount = script.src.replace(/\/assets\/[^/]*$/, "");
  const ask = async () => {
    const decision: Decision = await (await fetch(mount + "/decision")).json();
    tell(decision);
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
  };
  ask().catch((cause) => console.error("consentry: the server could not be asked:", cause));
}
