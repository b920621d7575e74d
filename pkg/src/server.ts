import type * as face from "../types/server.d.ts";
import { start } from "./core.ts";
import { allowed, unavailable } from "./decision.ts";
import { engine, startSync } from "./engine.ts";
import { inlinedBytes } from "./inlined.ts";

export const createDecider: typeof face.createDecider = (policy) => {
  startSync(inlinedBytes);
  let core = start(policy, engine);
  const { cookie = "__Host-privacy", sealed = false } = policy;
  return ({ cookies, gpc = false, region = "", now = Date.now() }) => {
    // Where WebAssembly is refused the engine in JavaScript comes later, if at all.
    if (engine) core ??= start(policy, engine);
    const facts = { cookies: cookies ?? "", cookie, sealed, gpc, region, now: Math.trunc(now) };
    return JSON.parse(core?.("decide", facts) || "null") ?? unavailable(policy);
  };
};

export const isAllowed: typeof face.isAllowed = allowed;
