import type * as face from "../types/server.d.ts";
import { decide } from "./answer.ts";
import { start } from "./core.ts";
import { allowed } from "./decision.ts";
import { isUsable, startSync } from "./engine.ts";
import { inlinedBytes } from "./inlined.ts";

export const createDecider: typeof face.createDecider = (policy) => {
  startSync(() => new WebAssembly.Module(inlinedBytes()));
  let core = start(policy, isUsable());
  const { cookie = "__Host-privacy", sealed = false } = policy;
  return ({ cookies, gpc = false, region = "", now = Date.now() }) => {
    // Where WebAssembly is refused the engine in JavaScript comes later, if at all.
    if (isUsable()) core ??= start(policy, true);
    const moment = Math.trunc(now);
    const facts = { cookies: cookies ?? "", cookie, sealed, gpc, region };
    return decide(policy, core, { ...facts, now: moment > 0 && moment <= Number.MAX_SAFE_INTEGER ? moment : 0 });
  };
};

export const isAllowed: typeof face.isAllowed = allowed;
