// Elements that wait for consent:
//   <script type="text/plain" data-consent="id" src="…"> (or data-src, or inline)
//   <iframe data-consent="id" data-src="…">   <img data-consent="id" data-src="…">
// and what stands in for them meanwhile: <div data-cy="placeholder" data-cy-for="id">
import type { Decision } from "../types/index.d.ts";
import { allowed } from "./decision.ts";
import { root } from "./dom.ts";

const waiting =
  'script[type="text/plain"][data-consent],iframe[data-consent][data-src],img[data-consent][data-src]';

let latest: Decision;
let busy = false;

/** Brings to life what the decision allows, each element once, scripts in document order. */
export async function activate(decision: Decision): Promise<void> {
  latest = decision;
  for (const box of root().querySelectorAll<HTMLElement>("[data-cy=placeholder]"))
    if (allowed(decision, box.dataset.cyFor)) box.remove();
  if (busy) return;
  busy = true;
  // Looked up anew each time: the decision may have changed while a script was loading.
  for (let element; (element = next()); ) {
    // Once, whatever becomes of it.
    element.removeAttribute("data-consent");
    try {
      await wake(element);
    } catch (cause) {
      console.error("consentry: not activated:", element, cause);
    }
  }
  busy = false;
}

const next = (): HTMLElement | undefined =>
  Array.from(root().querySelectorAll<HTMLElement>(waiting)).find((element) =>
    allowed(latest, element.dataset.consent),
  );

function wake(element: HTMLElement): Promise<unknown> | undefined {
  const source = element.dataset.src;
  if (!(element instanceof HTMLScriptElement)) {
    element.setAttribute("src", source ?? "");
    return;
  }
  // A script that was parsed as inert never runs; a copy does. Copying also carries `src` past Trusted Types.
  const live = element.cloneNode(true) as HTMLScriptElement;
  live.type = element.dataset.type ?? "";
  live.nonce = element.nonce;
  live.async = element.hasAttribute("async");
  if (source) live.src = source;
  const loaded =
    live.src && !live.async
      ? new Promise((resolve) => {
          live.addEventListener("load", resolve);
          live.addEventListener("error", resolve);
        })
      : undefined;
  element.replaceWith(live);
  return loaded;
}
