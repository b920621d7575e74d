import type { Decision, Policy } from "../types/index.d.ts";

/** Required and granted are the two statuses that allow. */
export function allowed(decision: Pick<Decision, "ids">, id: string | undefined): boolean {
  const answer = id !== undefined && Object.hasOwn(decision.ids, id) && decision.ids[id];
  return !!answer && (answer.status === "required" || answer.status === "granted");
}

/** The decision where no engine runs: nothing optional is allowed. */
export function unavailable(policy: Policy): Decision {
  const ids: Decision["ids"] = {};
  const put = (id: string, category: string) => {
    ids[id] =
      category === "necessary"
        ? { status: "required", reason: "necessary" }
        : { status: "undecided", reason: "unavailable" };
  };
  put("necessary", "necessary");
  for (const { id } of policy.categories) put(id, id);
  for (const { id, category } of policy.services ?? []) put(id, category);
  return {
    policy: policy.id,
    version: policy.version ?? 1,
    regime: "",
    kind: "opt-in",
    gpc: false,
    region: null,
    now: Date.now(),
    ids,
    prompt: null,
    notice: null,
    overridable: [],
    persist: false,
  };
}

/** Whether two decisions say the same, whenever they were made. */
export const same = (a: Decision, b: Decision): boolean =>
  JSON.stringify({ ...a, now: 0 }) === JSON.stringify({ ...b, now: 0 });
