import { Engine } from "wasm-glue";
import type * as face from "../types/server.d.ts";
import { allowed, unavailable } from "./decision.ts";
import { startSync } from "./engine.ts";
import { inlinedBytes } from "./inlined.ts";

export const createDecider: typeof face.createDecider = (policy) => {
  const engine = startSync(inlinedBytes) ? new Engine(policy) : undefined;
  const cookie = policy.cookie ?? "__Host-privacy";
  return ({ cookies, gpc = false, region = "", now = Date.now() }) => {
    if (!engine) return unavailable(policy);
    engine.see(cookies ?? "", cookie, policy.sealed ?? false, gpc, region, now);
    return JSON.parse(engine.decide());
  };
};

export const isAllowed: typeof face.isAllowed = allowed;
