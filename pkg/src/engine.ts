// The one engine of a page or a process: the compiled core as WebAssembly, or the same as JavaScript.
import { initSync } from "wasm-glue";
import type { Options } from "../types/index.d.ts";

type Instantiate = Parameters<typeof initSync>[0];
type Choice = Options["engine"];

let usable = false;
export const isUsable = (): boolean => usable;

/** There where WebAssembly is refused or not wanted; fulfilled once the engine in JavaScript has come or failed to. */
export let arrival: Promise<void> | undefined;

/** Why it is not WebAssembly. */
let refusal: unknown;
let load = (): Promise<Instantiate> => Promise.reject("consentry/js is not imported");

/** Says where the engine in JavaScript is. It is sent for only when it is needed. */
export function offer(loader: typeof load): void {
  load = loader;
}

function begin(instantiate: Instantiate): void {
  initSync(instantiate);
  usable = true;
}

/** Starts an engine, the one in WebAssembly at once. What was refused before is not tried again. */
export function startSync(module: () => WebAssembly.Module, choice?: Choice): void {
  if (usable || arrival) return;
  if (choice !== "js" && !refusal)
    try {
      return begin((imports) => new WebAssembly.Instance(module(), imports).exports);
    } catch (cause) {
      refusal = cause;
    }
  arrival = (choice === "wasm" ? Promise.reject() : load())
    .then(begin)
    .catch((cause) =>
      console.error("consentry: nothing optional is allowed, no engine runs here:", ...[refusal, cause].filter(Boolean)),
    );
}

/** The same without blocking: older browsers compile only small modules synchronously. */
export async function start(module: () => Promise<WebAssembly.Module>, choice?: Choice): Promise<boolean> {
  let compiled: WebAssembly.Module;
  if (!usable && !arrival && choice !== "js")
    try {
      compiled = await module();
    } catch (cause) {
      refusal = cause;
    }
  startSync(() => compiled, choice);
  await arrival;
  return usable;
}
