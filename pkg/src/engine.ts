// The one engine of a page or a process: the compiled core as WebAssembly, or the same as JavaScript.
import { initSync } from "wasm-glue";
import type { Options } from "../types/index.d.ts";

type Instantiate = Parameters<typeof initSync>[0];
type Choice = Options["engine"];

let usable = false;
export const isUsable = (): boolean => usable;

/** There once an engine is sent for; fulfilled when it has come, or none will. */
export let arrival: Promise<void> | undefined;

let load = (): Promise<Instantiate> => Promise.reject("consentry/js is not imported");

/** Says where the engine in JavaScript is. It is sent for only when it is needed. */
export function offer(loader: typeof load): void {
  load = loader;
}

function begin(instantiate: Instantiate): void {
  initSync(instantiate);
  usable = true;
}

const beginWith = (module: WebAssembly.Module) => begin((imports) => new WebAssembly.Instance(module, imports).exports);

/** The engine in JavaScript, where WebAssembly was refused or is not wanted. */
const fallBack = (choice: Choice, refusal?: unknown): Promise<void> =>
  (choice === "wasm" ? Promise.reject() : load())
    .then(begin)
    .catch((cause) =>
      console.error("consentry: nothing optional is allowed, no engine runs here:", ...[refusal, cause].filter(Boolean)),
    );

/** Starts an engine, the one in WebAssembly at once. What was refused before is not tried again. */
export function startSync(bytes: () => Uint8Array<ArrayBuffer>, choice?: Choice): void {
  if (usable || arrival) return;
  let refusal: unknown;
  if (choice !== "js")
    try {
      return beginWith(new WebAssembly.Module(bytes()));
    } catch (cause) {
      // Older browsers compile only small modules synchronously.
      if (cause instanceof RangeError) return void start(() => WebAssembly.compile(bytes()), choice);
      refusal = cause;
    }
  arrival = fallBack(choice, refusal);
}

/** The same without blocking. */
export async function start(module: () => Promise<WebAssembly.Module>, choice?: Choice): Promise<boolean> {
  if (!usable)
    arrival ??= (choice === "js" ? Promise.reject<never>() : module())
      .then(beginWith)
      .catch((cause) => fallBack(choice, cause));
  await arrival;
  return usable;
}
