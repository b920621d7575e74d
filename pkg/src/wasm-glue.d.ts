// What wasm-bindgen generates from src/web.rs; the bundler resolves the name to the generated file.
declare module "wasm-glue" {
  /** Takes a policy as `flatten` makes it; returns its number. */
  export function open(policy: string): number;
  /** Question and facts, and the answer, as src/web.rs has them. */
  export function ask(policy: number, request: string): string;
  export function read_cookies(document: Document): string;
  export function write_cookie(document: Document, cookie: string): void;
  export function initSync(source: { module: BufferSource | WebAssembly.Module }): unknown;
}

// The same core through wasm2js, a file of its own.
declare module "js-engine" {
  export { ask, open, read_cookies, write_cookie } from "wasm-glue";
}
