// What the policy says of the signals that vendors' tags ask for: each is granted where something stands for it and all of
// that is allowed, as src/decision/google.rs has it.
import type { Consent, Decision, GoogleSignal, Signals } from "../types/index.d.ts";
import { session } from "./consent.ts";
import { allowed } from "./decision.ts";

/** What stands for a signal where the policy states nothing: src/policy/google.rs. */
const usual: Signals = {
  ad_storage: ["marketing"],
  ad_user_data: ["marketing"],
  ad_personalization: ["marketing"],
  analytics_storage: ["statistics"],
  functionality_storage: ["preferences"],
  personalization_storage: ["preferences"],
  security_storage: ["necessary"],
};

export type States = { [signal in GoogleSignal]: "granted" | "denied" };

const resolve = (behind: Signals, decision?: Pick<Decision, "ids">): States =>
  Object.fromEntries(
    Object.keys(usual).map((signal) => {
      const ids = behind[signal as GoogleSignal] ?? [];
      const isGranted = decision && ids.length > 0 && ids.every((id) => allowed(decision, id));
      return [signal, isGranted ? "granted" : "denied"];
    }),
  ) as States;

/**
 * Calls `first` at once and `later` at each change. While the consent is still to come everything is denied, and `first`
 * hears that there is something to wait for. Returns what ends it.
 */
export function follow(
  given: Consent | Promise<Consent>,
  first: (states: States, isPending: boolean) => void,
  later: (states: States) => void,
): () => void {
  let stop: (() => void) | undefined;
  let isOver = false;
  let said: string;
  const start = (consent: Consent, tell: (states: States) => void) => {
    if (isOver) return;
    const { policy } = session(consent);
    const say = (decision: Decision, tell: (states: States) => void) => {
      const states = resolve(policy.signals ?? usual, decision);
      if (said !== (said = JSON.stringify(states))) tell(states);
    };
    stop = consent.subscribe((decision) => say(decision, later));
    say(consent.decision, tell);
  };
  if (given instanceof Promise) {
    first(resolve({}), true);
    // Who waits for a consent that fails to come says so; nothing is granted.
    given.then((consent) => start(consent, later), () => {});
  } else start(given, (states) => first(states, false));
  return () => {
    isOver = true;
    stop?.();
  };
}
