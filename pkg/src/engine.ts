// The one engine of a page or a process: the compiled core as WebAssembly, or the same as JavaScript.
import { ask, initSync, open, read_cookies, write_cookie } from "wasm-glue";
import type { Options } from "../types/index.d.ts";

/** What both have. */
export type Engine = Pick<typeof import("wasm-glue"), "ask" | "open" | "read_cookies" | "write_cookie">;

type Choice = Options["engine"];

/** The engine that runs. */
export let engine: Engine | undefined;
/** There where WebAssembly is refused or not wanted; fulfilled once the engine in JavaScript has come or failed to. */
export let arrival: Promise<void> | undefined;

/** Why it is not WebAssembly. */
let refusal: unknown;
let load = (): Promise<Engine> => Promise.reject();

/** Says where the engine in JavaScript is. It is sent for only when it is needed. */
export function offer(loader: typeof load): void {
  load = loader;
}

/** Starts an engine, the one in WebAssembly at once. What was refused before is not tried again. */
export function startSync(module: () => BufferSource | WebAssembly.Module, choice?: Choice): void {
  if (engine || arrival) return;
  if (choice !== "js" && !refusal)
    try {
      initSync({ module: module() });
      engine = { ask, open, read_cookies, write_cookie };
      return;
    } catch (cause) {
      refusal = cause;
    }
  arrival = (choice === "wasm" ? Promise.reject() : load()).then(
    (js) => void (engine = js),
    (cause) => console.error("consentry: nothing optional is allowed, no engine runs here:", refusal, cause),
  );
}

/** The same without blocking: older browsers compile only small modules synchronously. */
export async function start(module: () => Promise<WebAssembly.Module>, choice?: Choice): Promise<boolean> {
  let compiled: WebAssembly.Module;
  if (!engine && !arrival && choice !== "js")
    try {
      compiled = await module();
    } catch (cause) {
      refusal = cause;
    }
  startSync(() => compiled, choice);
  await arrival;
  return !!engine;
}
