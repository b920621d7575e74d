import type { Consent, Options as AllOptions } from "./consent.d.ts";
import type { ChoiceOf, IdOf, Policy } from "./policy.d.ts";

export type * from "./consent.d.ts";
export type * from "./decision.d.ts";
export type * from "./policy.d.ts";

/** As in `consentry`; which engine runs is decided by who starts it. */
export type Options = Omit<AllOptions, "engine">;

type Source = BufferSource | Response | WebAssembly.Module;

/**
 * Says where the engine is, instead of starting it: what comes of the function is taken as by `startEngine`, once, when something needs
 * it. With a policy that has its first visit in it that is when somebody comes near the banner.
 */
export function offerEngine(source: () => Source | Promise<Source>): void;

/**
 * Starts the engine from `consentry/consentry.wasm`, however the site gets at it, such as
 * `fetch("/consentry.wasm")`. Call it before the next two; until it is there nothing optional is allowed; false says that no engine runs. Where WebAssembly is refused
 * that is the one in JavaScript, if `consentry/js` is imported.
 */
export function startEngine(source: Source | Promise<Source>): Promise<boolean>;

/** As in `consentry`; without an engine nothing optional is allowed. */
export function createConsent<const P extends Policy>(policy: P, options?: Options): Consent<IdOf<P>, ChoiceOf<P>>;

/** As in `consentry`; without an engine nothing optional is allowed. */
export function loadConsent(url: string | URL, options?: Options): Promise<Consent>;
