// The one WASM instance of a page or a process, and whether it may be used.
import { initSync } from "wasm-glue";

let usable: boolean | undefined;

function attempt(instantiate: () => unknown): boolean {
  try {
    instantiate();
    return (usable = true);
  } catch (cause) {
    return refuse(cause);
  }
}

function refuse(cause: unknown): boolean {
  if (usable === undefined)
    console.error("consentry: nothing optional is allowed, because WebAssembly is refused here:", cause);
  return (usable = false);
}

/** Starts the engine from the bytes of its module, unless that was tried before. */
export const startSync = (bytes: () => BufferSource): boolean =>
  usable ?? attempt(() => initSync(new WebAssembly.Module(bytes())));

/** The same without blocking: older browsers compile only small modules synchronously. */
export async function start(module: () => Promise<WebAssembly.Module>): Promise<boolean> {
  if (usable !== undefined) return usable;
  try {
    const compiled = await module();
    return usable ?? attempt(() => initSync(compiled));
  } catch (cause) {
    return usable ?? refuse(cause);
  }
}

export const isUsable = (): boolean => usable === true;
