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
