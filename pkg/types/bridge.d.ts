import type { Consent } from "./consent.d.ts";
import type { Decision } from "./decision.d.ts";

/** What of a decision is told elsewhere: each id's status and reason. */
export type Statuses = Pick<Decision, "ids">;

/** A decision that is made elsewhere. Until it was told, and after who told it is gone, nothing is allowed. */
export interface Told {
  readonly decision: Statuses;
  /** False for an id that was not told, too. */
  allows(id: string): boolean;
  /** Calls the listener whenever something else is told. Returns what ends it. */
  subscribe(listener: (decision: Statuses, before: Statuses) => void): () => void;
  /** Fulfilled once `id` is allowed, now or later; never rejected. */
  whenGranted(id: string): Promise<void>;
  /** Hears nothing more; nothing is allowed from then on. */
  end(): void;
}

/** The other end of a channel: a worker, a service worker, a message port. */
export interface Channel {
  postMessage(message: unknown): void;
  addEventListener?(type: "message", listener: (event: MessageEvent) => void): void;
  removeEventListener?(type: "message", listener: (event: MessageEvent) => void): void;
  start?(): void;
}

/**
 * Tells a worker, or whoever has the other port, what is decided, now and at each change. Returns what ends it; nothing
 * is allowed there then.
 */
export function shareConsent(consent: Consent, to: Channel): () => void;

/** In a worker: what its page decides. The other end of the channel is the page, unless a port is given. */
export function receiveConsent(from?: Channel): Told;

/**
 * Tells the frames of this page what is decided, those of the listed origins, such as `https://shop.example`, and no others.
 * Each asks with `inheritConsent`. Returns what ends it; nothing is allowed there then.
 *
 * @throws TypeError for what is not an origin.
 */
export function shareWithFrames(consent: Consent, origins: readonly string[]): () => void;

/**
 * In a frame: what the page around it decides, if that is of a listed origin; without an engine or a policy here.
 *
 * @throws TypeError for what is not an origin.
 */
export function inheritConsent(origins: readonly string[]): Told;
