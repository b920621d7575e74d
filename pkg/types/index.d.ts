import type { Consent, Options } from "./consent.d.ts";
import type { ChoiceOf, IdOf, Policy } from "./policy.d.ts";

export type * from "./consent.d.ts";
export type * from "./decision.d.ts";
export type * from "./policy.d.ts";

/**
 * A consent under a compiled policy. Ids are typed where the policy is const.
 *
 * Where WebAssembly is refused (a Content-Security-Policy without `'wasm-unsafe-eval'`) the engine in JavaScript is
 * loaded, if it is offered (`import "consentry/js"`), and decides once it is there. Where no engine runs nothing optional
 * is allowed, and the console says so once.
 *
 * @throws Error with code and path, such as `wrong-type at categories[0].id`, for a faulty policy.
 */
export function createConsent<const P extends Policy>(policy: P, options?: Options): Consent<IdOf<P>, ChoiceOf<P>>;

/** The same for a policy that is fetched first. */
export function loadConsent(url: string | URL, options?: Options): Promise<Consent>;
