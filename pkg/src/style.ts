import { create, root } from "./dom.ts";

/** By its address, or constructed. */
export function addStyles(css: string | CSSStyleSheet): void {
  if (typeof css !== "string") {
    Reflect.get(Document.prototype, "adoptedStyleSheets", document).push(css);
    return;
  }
  const link = create("link");
  link.rel = "stylesheet";
  link.href = css;
  root().querySelector(":scope > head")?.append(link);
}
