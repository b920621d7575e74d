import type * as face from "../types/server.d.ts";
import { decide } from "./answer.ts";
import { start } from "./core.ts";
import { allowed } from "./decision.ts";
import { isUsable, startSync } from "./engine.ts";
import { flatten } from "./flat.ts";
import { inlinedBytes } from "./inlined.ts";

export const createDecider: typeof face.createDecider = (policy) => {
  startSync(() => new WebAssembly.Module(inlinedBytes()));
  const flat = flatten(policy);
  let core = start(flat, isUsable());
  const { cookie = "__Host-privacy", sealed = false } = policy;
  return ({ cookies, gpc = false, region = "", now = Date.now() }) => {
    // Where WebAssembly is refused the engine in JavaScript comes later, if at all.
    if (isUsable()) core ??= start(flat, true);
    const moment = Math.trunc(now);
    const facts = {
      cookies: cookies ?? "",
      cookie,
      sealed,
      gpc,
      region,
      now: moment > 0 && moment <= Number.MAX_SAFE_INTEGER ? moment : 0,
    };
    return decide(policy, core?.("decide", facts), facts);
  };
};

export const isAllowed: typeof face.isAllowed = allowed;
