// What wasm-bindgen generates from src/web.rs; the bundler resolves the name to the generated file.
declare module "wasm-glue" {
  export class Engine {
    /** A policy as `flatten` makes it. */
    constructor(policy: string);
    /** Question and facts, and the answer, as src/web.rs has them. */
    ask(request: string): string;
    free(): void;
  }

  export function read_cookies(document: Document): string;
  export function write_cookie(document: Document, cookie: string): void;
  export function initSync(source: { module: BufferSource | WebAssembly.Module }): unknown;
}
