import type { Decision } from "./decision.d.ts";
import type { IdOf, Policy } from "./policy.d.ts";

export type * from "./decision.d.ts";
export type * from "./policy.d.ts";

export interface Request {
  /** The `Cookie` header. */
  cookies?: string | null;
  /** Whether the header `Sec-GPC` is exactly `1`. */
  gpc?: boolean;
  /** The visitor's region, such as `FR` or `US-CA`. Unknown is treated as the strictest. */
  region?: string;
  /** Milliseconds since 1970; the present when it is left out. */
  now?: number;
}

/**
 * The decision for a request, in Node or at the edge.
 *
 * Seals are not checked here, as the key stays with the server that writes them: use the answer for what
 * the visitor's own page may show, not for what a forged cookie must not reach.
 */
export function createDecider<const P extends Policy>(policy: P): (request: Request) => Decision<IdOf<P>>;

/**
 * The policy with what is decided on a first visit, for the pages of a site without a server of its own: they show their banner
 * without starting an engine, until somebody comes near it. For a build script. The policy alone where anything optional is granted
 * then, as in an opt-out regime.
 *
 * @throws Error with a code and a path, such as `wrong-type at categories[0].id`.
 */
export function withFirstVisit<const P extends Policy>(policy: P): P;

/** Whether a decision allows an id. */
export function isAllowed<Id extends string>(decision: Decision<Id>, id: Id): boolean;
