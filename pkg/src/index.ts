import type * as face from "../types/index.d.ts";
import { fetchPolicy, open } from "./consent.ts";
import { start, startSync } from "./engine.ts";
import { inlinedBytes } from "./inlined.ts";

export const createConsent: typeof face.createConsent = (policy, options) =>
  open(policy, options, () => startSync(() => new WebAssembly.Module(inlinedBytes()), options?.engine));

export const loadConsent: typeof face.loadConsent = async (url, options) => {
  const compile = () => WebAssembly.compile(inlinedBytes());
  const [policy] = await Promise.all([fetchPolicy(url), start(compile, options?.engine)]);
  return open(policy, options);
};
