import type * as face from "../types/index.d.ts";
import { fetchPolicy, open } from "./consent.ts";
import { arrival, startSync } from "./engine.ts";
import { inlinedBytes } from "./inlined.ts";

export const createConsent: typeof face.createConsent = (policy, options) =>
  open(policy, options, () => startSync(inlinedBytes, options?.engine));

export const loadConsent: typeof face.loadConsent = async (url, options) => {
  const consent = createConsent(await fetchPolicy(url), options);
  // One in JavaScript may be on its way.
  await arrival;
  return consent;
};
