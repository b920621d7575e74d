// What wasm-bindgen generates from src/web.rs; the bundler resolves the name to the generated file, and trims it.
declare module "wasm-glue" {
  /** Takes a policy as `flatten` makes it; returns its number. */
  export function open(policy: string): number;
  /** Question and facts, and the answer, as src/web.rs has them. */
  export function ask(policy: number, request: string): string;
  export function write_cookie(document: { cookie: string }, cookie: string): void;
  export function initSync(module: WebAssembly.Module): void;
}
