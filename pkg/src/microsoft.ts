// Consent mode of Microsoft's Universal Event Tracking (learn.microsoft.com, "UET consent mode": the three values are
// items of their own) and of Clarity (learn.microsoft.com/clarity, "Consent API v2": `ad_Storage`, `analytics_Storage`).
import type * as face from "../types/microsoft.d.ts";
import { follow } from "./signals.ts";

type Queue = { push(...items: unknown[]): unknown };
type Clarity = ((...command: unknown[]) => void) & { q?: unknown[] };

const page = globalThis as unknown as { uetq?: Queue; clarity?: Clarity };

export const connectUet: typeof face.connectUet = (consent) => {
  // The tag puts an object of its own in the place of the list, so it is looked up each time.
  const tell = (command: "default" | "update") => (states: { ad_storage: string }) =>
    void (page.uetq ??= []).push("consent", command, { ad_storage: states.ad_storage });
  return follow(consent, tell("default"), tell("update"));
};

export const connectClarity: typeof face.connectClarity = (consent) => {
  // As Clarity's own snippet does, so that this may come before or after it.
  const queue: Clarity = function () {
    (queue.q ??= []).push(arguments);
  };
  const tell = (states: { ad_storage: string; analytics_storage: string }) =>
    (page.clarity ??= queue)("consentv2", { ad_Storage: states.ad_storage, analytics_Storage: states.analytics_storage });
  return follow(consent, tell, tell);
};
