import type * as face from "../types/server.d.ts";
import { decide } from "./answer.ts";
import { start } from "./core.ts";
import { allowed } from "./decision.ts";
import { startSync } from "./engine.ts";
import { inlinedBytes } from "./inlined.ts";

export const createDecider: typeof face.createDecider = (policy) => {
  const core = start(policy, startSync(inlinedBytes));
  const { cookie = "__Host-privacy", sealed = false } = policy;
  return ({ cookies, gpc = false, region = "", now = Date.now() }) => {
    const moment = Math.trunc(now);
    const facts = { cookies: cookies ?? "", cookie, sealed, gpc, region };
    return decide(policy, core, { ...facts, now: moment > 0 && moment <= Number.MAX_SAFE_INTEGER ? moment : 0 });
  };
};

export const isAllowed: typeof face.isAllowed = allowed;
