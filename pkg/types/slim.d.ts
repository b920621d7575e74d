import type { Consent, Options as AllOptions } from "./consent.d.ts";
import type { ChoiceOf, IdOf, Policy } from "./policy.d.ts";

export type * from "./consent.d.ts";
export type * from "./decision.d.ts";
export type * from "./policy.d.ts";

/** As in `consentry`; which engine runs is decided by who starts it. */
export type Options = Omit<AllOptions, "engine">;

type Source = BufferSource | Response | WebAssembly.Module;

/**
 * Starts the engine from `consentry/consentry.wasm`, however the site gets at it, such as
 * `fetch("/consentry.wasm")`. Call it before the other two; false says that no engine runs. Where WebAssembly is refused
 * that is the one in JavaScript, if `consentry/js` is imported.
 */
export function startEngine(source: Source | Promise<Source>): Promise<boolean>;

/** As in `consentry`; without a started engine nothing optional is allowed. */
export function createConsent<const P extends Policy>(policy: P, options?: Options): Consent<IdOf<P>, ChoiceOf<P>>;

/** As in `consentry`; without a started engine nothing optional is allowed. */
export function loadConsent(url: string | URL, options?: Options): Promise<Consent>;
