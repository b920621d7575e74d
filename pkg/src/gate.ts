// Elements that wait for consent:
//   <script type="text/plain" data-consent="id" src="…"> (or data-src, or inline)
//   <iframe data-consent="id" data-src="…">, and so img, link (data-href), video, audio, source, embed, object (data-data)
// and what stands in for them meanwhile: <div data-cy="placeholder" data-cy-for="id">
import type { Decision } from "../types/index.d.ts";
import { allowed } from "./decision.ts";
import { root } from "./dom.ts";

const addresses = ["src", "srcset", "href", "data", "poster", "srcdoc", "imagesrcset"];
const waiting =
  'script[type="text/plain"][data-consent]' +
  addresses.map((name) => `,:not(script)[data-consent][data-${name}]`).join("");

let latest: Pick<Decision, "ids">;
let busy = false;

/** Brings to life what the decision allows, each element once, scripts in document order. */
export async function activate(decision: Pick<Decision, "ids">): Promise<void> {
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
    // What needs several grants waits for all of them.
    element.dataset.consent?.split(" ").every((id) => allowed(latest, id)),
  );

function wake(element: HTMLElement): Promise<unknown> | undefined {
  if (!(element instanceof HTMLScriptElement)) {
    for (const name of addresses) {
      const source = element.dataset[name];
      if (source != null) element.setAttribute(name, source);
    }
    return;
  }
  const source = element.dataset.src;
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
