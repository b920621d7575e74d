import type * as face from "../types/server.d.ts";
import { decide } from "./answer.ts";
import { start } from "./core.ts";
import { allowed } from "./decision.ts";
import { isUsable, startSync } from "./engine.ts";
import { nameOf, textOf } from "./first.ts";
import { flatten } from "./flat.ts";
import { inlinedBytes } from "./inlined.ts";

export const createDecider: typeof face.createDecider = (policy) => {
  startSync(inlinedBytes);
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

export const withFirstVisit: typeof face.withFirstVisit = (policy) => {
  startSync(inlinedBytes);
  const core = start(flatten(policy), isUsable());
  // Without an engine here the page asks its own.
  if (!core) return policy;
  const answer = (gpc: boolean) => core("decide", { cookies: "", cookie: "", sealed: false, gpc, region: "", now: 0 });
  return { ...policy, first: { of: nameOf(textOf(policy)), plain: answer(false), gpc: answer(true) } };
};

export const isAllowed: typeof face.isAllowed = allowed;
