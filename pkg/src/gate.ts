// Elements that wait for consent:
//   <script type="text/plain" data-consent="id" src="…"> (or data-src, or inline; data-type="module" for a module)
//   <iframe data-consent="id" data-src="…">, and so img, link (data-href), video, audio, source, embed, object (data-data)
// and what stands in for them meanwhile: <div data-cy="placeholder" data-cy-for="id">
import type { Decision } from "../types/index.d.ts";
import { allowed } from "./decision.ts";
import { isLoading, isPrerendered, onShown, root } from "./dom.ts";

/** One that goes before another comes first, so that the other is not loaded meanwhile. */
export const addresses = ["imagesrcset", "srcset", "srcdoc", "src", "href", "data", "poster"];
export const waiting =
  'script[type="text/plain"][data-consent]' +
  addresses.map((name) => `,:not(script)[data-consent][data-${name}]`).join("");
const placeholder = "[data-cy=placeholder]";

/** Nothing is known yet, so nothing is allowed. */
let latest: Pick<Decision, "ids"> = { ids: {} };
let busy = false;

/** Brings to life what the decision allows, each element once, scripts in document order. */
export async function activate(decision: Pick<Decision, "ids">): Promise<void> {
  latest = decision;
  // Nobody may ever see the page, and what runs cannot be taken back before somebody does.
  if (isPrerendered()) return;
  for (const box of root().querySelectorAll<HTMLElement>(placeholder))
    if (allowed(decision, box.dataset.cyFor)) box.remove();
  if (busy) return;
  busy = true;
  // Looked up anew each time: the decision may have changed while a script was loading.
  for (let element; (element = next()); )
    try {
      await wake(element);
    } catch (cause) {
      console.error("consentry: not activated:", element, cause);
    }
  busy = false;
}

/** Keeps looking for elements that get into the page later. Returns what ends it. */
export function watch(): () => void {
  const look = () => void activate(latest);
  const observer = new MutationObserver((records) => {
    const isNew = (node: Node) => node instanceof Element && (node.matches(waiting) || node.querySelector(waiting));
    // What changes its attribute is no longer in wait when it was woken here.
    if (records.some(({ type, target, addedNodes }) => (type === "attributes" ? isNew(target) : [...addedNodes].some(isNew))))
      look();
  });
  observer.observe(root(), { childList: true, subtree: true, attributeFilter: ["data-consent"] });
  const stop = new AbortController();
  onShown(look, stop);
  return () => {
    observer.disconnect();
    stop.abort();
  };
}

const next = (): HTMLElement | undefined =>
  Array.from(root().querySelectorAll<HTMLElement>(waiting)).find(
    (element) =>
      // What needs several grants waits for all of them.
      element.dataset.consent?.split(" ").every((id) => allowed(latest, id)) &&
      // While the page is being read, the rest of a script's text may still be to come, and a deferred one has to wait.
      !(isLoading() && element instanceof HTMLScriptElement),
  );

/** Brings one element to life, whatever the decision is. */
export function wake(element: HTMLElement): Promise<unknown> | undefined {
  // Once, whatever becomes of it.
  element.removeAttribute("data-consent");
  if (!(element instanceof HTMLScriptElement)) {
    for (const name of addresses) {
      const source = element.dataset[name];
      if (source != null) element.setAttribute(name, source);
    }
    // A player does not notice a source that got its address later.
    if (element.parentNode instanceof HTMLMediaElement) element.parentNode.load();
    return;
  }
  const source = element.dataset.src;
  if (source) element.src = source;
  element.type = element.dataset.type ?? "";
  // One that got into the page by itself, as it does below, would not keep its order.
  element.async = element.hasAttribute("async");
  const loaded =
    element.src && !element.async
      ? new Promise((resolve) => {
          element.addEventListener("load", resolve);
          element.addEventListener("error", resolve);
        })
      : undefined;
  // An inert script runs when it gets into the page anew. As the element that was parsed: under Trusted Types the text of a
  // copy would count as somebody's own.
  element.replaceWith(element);
  return loaded;
}
