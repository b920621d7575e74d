import type { Decision } from "../types/index.d.ts";

/** Required and granted are the two statuses that allow. */
export function allowed(decision: Pick<Decision, "ids">, id: string | undefined): boolean {
  const answer = id !== undefined && Object.hasOwn(decision.ids, id) && decision.ids[id];
  return !!answer && (answer.status === "required" || answer.status === "granted");
}

/** Whether two decisions say the same, whenever they were made. */
export const same = (a: Decision, b: Decision): boolean =>
  JSON.stringify({ ...a, now: 0 }) === JSON.stringify({ ...b, now: 0 });
