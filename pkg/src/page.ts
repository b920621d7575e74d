// The whole script of a page whose server runs consentry: no engine, the server decides.
import { root } from "./dom.ts";
import { takeOver } from "./form.ts";
import { activate } from "./gate.ts";
import { post } from "./post.ts";

takeOver("[data-cy]:not([data-cy=choices])", async (answer, form) => {
  const decision = await post(form.getAttribute("action") ?? "", answer);
  const page = root();
  page.dispatchEvent(new CustomEvent("consentry:change", { bubbles: true, detail: decision }));
  activate(decision);
  if (!decision.prompt) page.querySelectorAll("[data-cy=prompt]").forEach((box) => box.remove());
  // The policy changed while the page was open: what is to be asked now is in the next page.
  else if (decision.version > answer.version) location.reload();
  form.closest("[data-cy=notice]")?.remove();
});
