import type { createConsent as create, loadConsent as load } from "./index.d.ts";

export type * from "./consent.d.ts";
export type * from "./decision.d.ts";
export type * from "./policy.d.ts";

type Source = BufferSource | Response | WebAssembly.Module;

/**
 * Starts the engine from `consentry/consentry.wasm`, however the site gets at it, such as
 * `fetch("/consentry.wasm")`. Call it before the other two; false says that WebAssembly is refused.
 */
export function startEngine(source: Source | Promise<Source>): Promise<boolean>;

/** As in `consentry`; without a started engine nothing optional is allowed. */
export const createConsent: typeof create;

/** As in `consentry`; without a started engine nothing optional is allowed. */
export const loadConsent: typeof load;
