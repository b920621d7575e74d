// What wasm-bindgen generates from src/web.rs; the bundler resolves the name to the generated file.
declare module "wasm-glue" {
  export class Engine {
    constructor(policy: object);
    /** The facts that the calls after it are about; an empty region is unknown, `now` in milliseconds. */
    see(cookies: string, cookie: string, sealed: boolean, gpc: boolean, region: string, now: number): void;
    decide(): string;
    act(
      act: string,
      method: string,
      version: number,
      asked: string,
      granted: string,
      onlyDenials: boolean,
    ): string | undefined;
    persist(): string | undefined;
    max_age(value: string): number;
    clear(): string;
    render(parent: Element, kind: "prompt" | "choices", mount: string): void;
  }

  export function read_cookies(document: Document): string;
  export function write_cookie(document: Document, name: string, value: string, maxAge: number, secure: boolean): void;
  export function gpc(navigator: Navigator): boolean;
  export function initSync(source: { module: BufferSource | WebAssembly.Module }): unknown;
}
