import type { Consent } from "./consent.d.ts";
import type { Policy } from "./policy.d.ts";

export interface GuardOptions {
  /** The policy that the consent will be under, where that is still to come: its hosts are then known at once. */
  policy?: Pick<Policy, "services">;
  /** Whether the console says what was refused. */
  log?: boolean;
}

/** What was refused: the `detail` of the event `consentry:blocked`. */
export interface Blocked {
  /** The service whose host it is; empty while no policy is known. */
  id: string;
  url: string;
  via: "beacon" | "fetch" | "iframe" | "img" | "script" | "xhr";
}

/**
 * Refuses what scripts of the page ask of the hosts that services declare, where those are not allowed: `fetch` rejects with
 * a TypeError, XMLHttpRequest fails, `sendBeacon` returns false, and a script, image or frame that is given such an
 * address does not get it and fires `error`. The document hears `consentry:blocked`. All else goes on as it was called.
 *
 * With a promise, such as that of `loadConsent`, every host of a service is refused until the consent is there; without
 * `policy`, every host but the page's own. Call it before other scripts run, because what they took aside before is not
 * guarded. It is no security boundary: a script that wants to can get around it. Returns what ends it.
 */
export function guardNetwork(consent: Consent | Promise<Consent>, options?: GuardOptions): () => void;
