import type * as face from "../types/server.d.ts";
import { start } from "./core.ts";
import { allowed, unavailable } from "./decision.ts";
import { startSync } from "./engine.ts";
import { inlinedBytes } from "./inlined.ts";

export const createDecider: typeof face.createDecider = (policy) => {
  const core = start(policy, startSync(inlinedBytes));
  const { cookie = "__Host-privacy", sealed = false } = policy;
  return ({ cookies, gpc = false, region = "", now = Date.now() }) => {
    const facts = { cookies: cookies ?? "", cookie, sealed, gpc, region, now: Math.trunc(now) };
    return JSON.parse(core?.("decide", facts) || "null") ?? unavailable(policy);
  };
};

export const isAllowed: typeof face.isAllowed = allowed;
