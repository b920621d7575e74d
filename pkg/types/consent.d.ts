import type { Decision } from "./decision.d.ts";

/** Where the consent cookie is kept. */
export interface Jar {
  /** All cookies as `name=value; name=value`. */
  read(): string;
  /** `maxAge` in seconds. */
  write(name: string, value: string, maxAge: number): void;
  delete(name: string): void;
}

export interface Options {
  /** Where answers are sent. The policy's `mount` when it is left out; without either the page keeps them. */
  endpoint?: string;
  /** The visitor's region, such as `FR` or `US-CA`. Unknown is treated as the strictest. */
  region?: string;
  /** The Global Privacy Control signal, when it is known better than from `navigator`. */
  gpc?: boolean;
  /** `document.cookie` when it is left out. */
  jar?: Jar;
  /**
   * Which build of the one core decides. The first that runs in a page serves all.
   *
   * `"auto"`, when it is left out: WebAssembly, and where that is refused JavaScript. `"wasm"`: nothing else. `"js"`:
   * JavaScript at once, so that a Content-Security-Policy without `'wasm-unsafe-eval'` has nothing to report.
   *
   * The engine in JavaScript is a file of its own, known to the plain script and to who imports `consentry/js`. Until it
   * has come nothing optional is allowed, and nothing is asked, but as the policy says of a first visit; answers wait for it.
   */
  engine?: "auto" | "wasm" | "js";
}

export type Listener<Id extends string = string> = (decision: Decision<Id>, before: Decision<Id>) => void;

/**
 * A visitor's consent under one policy.
 *
 * The promises of the acts are fulfilled once the answer is kept: in the cookie, or by the server. With a
 * server a refusal acts at once and a grant when the server has replied; a failed request rejects the
 * promise and leaves grants as they were.
 */
export interface Consent<Id extends string = string, Choice extends string = Id> {
  readonly decision: Decision<Id>;
  /** @throws RangeError for an id the policy does not have. */
  allows(id: Id): boolean;
  /** Calls the listener at each change from now on. Returns what ends it. */
  subscribe(listener: Listener<Id>): () => void;
  /** Fulfilled once `id` is allowed, now or later; never rejected. */
  whenGranted(id: Id): Promise<void>;
  /** Grants what the prompt asks for. */
  accept(): Promise<void>;
  /** Refuses what the prompt asks for. */
  reject(): Promise<void>;
  /** Answers for the ids given and leaves all others as they are. */
  save(choices: { readonly [id in Choice]?: boolean }): Promise<void>;
  /** Refuses the ids given, or everything. */
  withdraw(ids?: readonly Exclude<Id, "necessary">[]): Promise<void>;
  /** Deletes the answer. What then counts is the regime's default: in an opt-out regime that allows. */
  forget(): Promise<void>;
  /** Notes that the notice was seen. */
  acknowledge(): Promise<void>;
}
