// What wasm-bindgen generates from src/web.rs; the bundler resolves the name to the generated file, and trims it.
declare module "wasm-glue" {
  /** Takes a policy as `flatten` makes it; returns its number. */
  export function open(policy: string): number;
  /** Question and facts, and the answer, as src/web.rs has them. */
  export function ask(policy: number, request: string): string;
  export function write_cookie(document: { cookie: string }, cookie: string): void;
  /** Takes what makes the engine of its imports and returns its exports. */
  export function initSync(instantiate: (imports: WebAssembly.Imports) => WebAssembly.Exports): void;
}

// What wasm2js makes of the same module; the bundler resolves the name to it.
declare module "wasm2js" {
  type Call = (...args: number[]) => number;
  export default function instantiate(imports: object): { memory: WebAssembly.Memory } & Record<
    "ask" | "open" | "write_cookie" | "__wbindgen_add_to_stack_pointer" | "__wbindgen_export" | "__wbindgen_export3",
    Call
  >;
}

// The file that js-engine.ts becomes, beside the others.
declare module "js-engine" {
  export const build: string;
  export function of(build: string): (imports: WebAssembly.Imports) => WebAssembly.Exports;
}
