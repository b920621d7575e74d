/** What a CSS module script gives, `with { type: "css" }`. A bundler takes the import by itself and needs no name. */
declare const sheet: CSSStyleSheet;
export default sheet;
