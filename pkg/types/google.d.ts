import type { Consent } from "./consent.d.ts";

export interface GoogleOptions {
  /** The name of the data layer; `dataLayer` when it is left out. */
  layer?: string;
  /** The event pushed for Tag Manager at each change; `consent_change` when it is left out. */
  event?: string;
}

/**
 * Tells Google's tags the seven signals of Consent Mode v2: `default` at once, resolved for this visitor, `update` at each
 * change. Call it before any tag of Google's. With a promise, such as that of `loadConsent`, everything is denied until
 * the consent is there. A page whose server has `consent_mode` needs none of it. Returns what ends it.
 */
export function connectGoogle(consent: Consent | Promise<Consent>, options?: GoogleOptions): () => void;
