// What the engine says of a first visit, as a compiled policy has it: so the page of somebody who never answered starts no engine.
import type { Policy } from "../types/index.d.ts";
import { digest } from "./digest.ts";

/** A policy as text, without what is said of it. */
export const policyText = (policy: Policy): string => JSON.stringify({ ...policy, first: undefined });

/** What stands for that text there, with the format of what is said: those of src/policy/compiled.rs and decision/letters.rs. */
export const nameOf = (text: string): string => "1." + digest(text);

/** The answer, where the policy has one and is still what that was made of. */
export function firstAnswer({ first }: Policy, text: string, gpc: boolean): string | undefined {
  const letters = first?.of === nameOf(text) ? first[gpc ? "gpc" : "plain"] : undefined;
  return typeof letters === "string" ? letters : undefined;
}
