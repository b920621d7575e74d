/**
 * The rule of a region, as a compiled policy has it: whole. Of the presets a browser knows `eu` and `us-ca` only: with another
 * id, a time that is left out is 182 days, and regions that are left out are none.
 */
export interface Regime {
  readonly id: string;
  readonly kind: RegimeKind;
  /** ISO 3166 codes such as `FR` or `US-CA`. */
  readonly regions?: readonly string[];
  /** Seconds for which a grant counts. */
  readonly grantMaxAge?: number;
  /** Seconds for which a refusal is left in peace. */
  readonly refusalQuiet?: number;
  readonly gpc?: string;
}

export type RegimeKind = "opt-in" | "opt-out" | "inform";

export type Use = "sale" | "share" | "targeted-ads";
export type Basis = "consent" | "contract" | "legitimate-interest";

export interface Category {
  readonly id: string;
  /** The short name in the cookie; the id itself when it is left out. */
  readonly key?: string;
  /** The version of the last change that asks anew for this category. */
  readonly since?: number;
  readonly name?: string;
  readonly purpose?: string;
  readonly uses?: readonly Use[];
  readonly basis?: Basis;
  readonly formerly?: readonly string[];
}

export interface Service {
  readonly id: string;
  readonly key?: string;
  readonly category: string;
  /** Whether the service has a switch of its own instead of following its category. */
  readonly own?: boolean;
  /** Whether a page in which it was allowed is reloaded once it no longer is, as its script cannot be told to stop. */
  readonly reload?: boolean;
  readonly since?: number;
  readonly name?: string;
  readonly purpose?: string;
  readonly uses?: readonly Use[];
  readonly basis?: Basis;
  /** Names of the cookies it sets; a `*` may stand at the end. */
  readonly cookies?: readonly string[];
  readonly hosts?: readonly string[];
  /** What visitors can read of it besides: a line for its cookies and how long each is kept, for data, recipients. */
  readonly facts?: readonly string[];
  readonly formerly?: readonly string[];
}

export interface Change {
  readonly version: number;
  readonly kind: "ask" | "notify" | "editorial";
  readonly touches?: readonly string[];
  readonly summary?: string;
}

/** A signal of Google Consent Mode v2. */
export type GoogleSignal =
  | "ad_storage"
  | "ad_user_data"
  | "ad_personalization"
  | "analytics_storage"
  | "functionality_storage"
  | "personalization_storage"
  | "security_storage";

/** The ids that stand for each signal: it is granted where there are some and all of them are allowed. */
export type Signals = { readonly [signal in GoogleSignal]?: readonly string[] };

/** A compiled policy: what a server hands out at `/privacy-choices/policy.json`, or the same by hand. */
export interface Policy {
  readonly format?: 1;
  readonly id: string;
  readonly version?: number;
  /** The language of its texts. */
  readonly locale?: string;
  readonly contact?: { readonly name?: string; readonly url?: string; readonly email?: string };
  /** Where a visitor may be; the European Union and California when they are left out. */
  readonly regimes?: readonly Regime[];
  readonly categories: readonly Category[];
  readonly services?: readonly Service[];
  readonly changes?: readonly Change[];
  /**
   * What stands for the signals of Google Consent Mode. When it is left out: `necessary` for security, `preferences` for
   * functionality and personalisation, `statistics` for analytics, `marketing` for the three of advertising.
   */
  readonly signals?: Signals;
  /**
   * The words of the banner where they are not the library's English ones: the site's own, or those of
   * `consentry/words/<language>`. `dir` says which way they are written, `locale` their language where it is not that of
   * the policy's texts.
   */
  readonly words?: { readonly [word: string]: string };
  /** Name of the consent cookie: `__Host-privacy` on https and `privacy` elsewhere when it is left out. */
  readonly cookie?: string;
  /** The domain on whose subdomains the cookie is shared; only the host's own when it is left out. */
  readonly domain?: string;
  /** Whether the server seals the cookie. */
  readonly sealed?: boolean;
  /** Path at which the server takes answers. Without one the page keeps them itself. */
  readonly mount?: string;
  /**
   * What the engine says of a visitor of whom nothing is stored, without a signal and with one, so that a page need not start it for
   * that: a server writes it, `withFirstVisit` of `consentry/server` too. It counts only for the policy that it is `of`, and is not there
   * where something optional is granted then.
   */
  readonly first?: { readonly of: string; readonly plain: string; readonly gpc: string };
}

type Ids<List extends readonly { readonly id: string }[]> = List[number]["id"];
type ServicesOf<P> = P extends { readonly services: infer List extends readonly Service[] } ? List : readonly [];

/** Every id of a policy, as literals where the policy is const: categories, services and `necessary`. */
export type IdOf<P extends Policy> = "necessary" | Ids<P["categories"]> | Ids<ServicesOf<P>>;

/** The ids a visitor can answer for: categories, and services with a switch of their own. */
export type ChoiceOf<P extends Policy> =
  | Exclude<Ids<P["categories"]>, "necessary">
  | Extract<ServicesOf<P>[number], { readonly own: true }>["id"]
  // A policy that is not const could have any.
  | (string extends IdOf<P> ? string : never);
