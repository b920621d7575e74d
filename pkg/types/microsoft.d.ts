import type { Consent } from "./consent.d.ts";

/**
 * Tells Microsoft's Universal Event Tracking `ad_storage`: `default` at once, `update` at each change. Call it before the
 * UET tag. With a promise it is denied until the consent is there. Returns what ends it.
 */
export function connectUet(consent: Consent | Promise<Consent>): () => void;

/** Tells Clarity `ad_Storage` and `analytics_Storage` by its Consent API v2, at once and at each change. */
export function connectClarity(consent: Consent | Promise<Consent>): () => void;
