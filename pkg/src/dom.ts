import type { Decision } from "../types/index.d.ts";

// Markup can shadow `document.body` and its like with name="body"; an element's own methods it cannot.

/** The root element of the page. */
export const root = (): HTMLElement => Document.prototype.querySelector.call(document, "*") as HTMLElement;

export const body = (): HTMLElement | null => root().querySelector(":scope > body");

export const create = <K extends keyof HTMLElementTagNameMap>(tag: K): HTMLElementTagNameMap[K] =>
  Document.prototype.createElement.call(document, tag) as HTMLElementTagNameMap[K];

/** The cookies of the page, by the document's own accessor. */
export const cookies = {
  get cookie(): string {
    return Reflect.get(Document.prototype, "cookie", document);
  },
  set cookie(text: string) {
    Reflect.set(Document.prototype, "cookie", text, document);
  },
};

const said = (name: string): unknown => Reflect.get(Document.prototype, name, document);

export const isLoading = (): boolean => said("readyState") === "loading";

/** Whether the page is only kept ready for somebody who may never come. */
export const isPrerendered = (): boolean => said("prerendering") === true;

/** Calls the listener when the page was read, and when one that was prerendered is shown. */
export function onShown(listener: () => void, options?: AddEventListenerOptions): void {
  // Not all of them bubble to the window.
  for (const type of ["DOMContentLoaded", "prerenderingchange"])
    addEventListener(type, listener, { ...options, capture: true });
}

/** Lets the page know. */
export const announce = (decision: Decision, before?: Decision): void =>
  void root().dispatchEvent(
    new CustomEvent("consentry:change", { bubbles: true, detail: { ...decision, before } }),
  );

/** Says what did not come, three seconds later: a page that is being left stops what it waits for, too, and is gone by then. */
export const complain = (...said: unknown[]): void => void setTimeout(() => console.error("consentry:", ...said), 3000);
