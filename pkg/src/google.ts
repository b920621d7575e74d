// Google Consent Mode v2. Commands, their order and that it is the arguments object that goes into the layer:
// developers.google.com/tag-platform/security/guides/consent and .../tag-platform/gtagjs/reference ("consent").
import type * as face from "../types/google.d.ts";
import { follow, type States } from "./signals.ts";

export const connectGoogle: typeof face.connectGoogle = (consent, { layer = "dataLayer", event = "consent_change" } = {}) => {
  const page = globalThis as unknown as Record<string, unknown[]>;
  const queue = (page[layer] ??= []);
  // Tags take a command only from an arguments object, an array is data to them.
  const gtag: (...command: unknown[]) => void = function () {
    queue.push(arguments);
  };
  return follow(
    consent,
    (states, isPending) => gtag("consent", "default", isPending ? { ...states, wait_for_update: 500 } : states),
    (states: States) => {
      gtag("consent", "update", states);
      // For the triggers of a Tag Manager container.
      queue.push({ event, consent: states });
    },
  );
};
