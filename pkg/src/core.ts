// The engine with names for what it is asked. The request is that of src/web.rs.
import { ask, open } from "wasm-glue";
import { clean, FIELD } from "./flat.ts";

/** What is known of a visitor. */
export interface Facts {
  cookies: string;
  /** The name of the consent cookie. */
  cookie: string;
  sealed: boolean;
  gpc: boolean;
  /** Empty where it is unknown. */
  region: string;
  /** Whole milliseconds since 1970, at most 2^53 - 1. */
  now: number;
}

export type Question = "decide" | "persist" | "clear" | "age" | (string & {});

/** Asks one engine; an answer that is empty says that there is nothing. */
export type Core = (question: Question, facts: Facts, ...args: readonly string[]) => string;

/** Opens a policy that was made flat. */
export function start(flat: string, usable: boolean): Core | undefined {
  if (!usable) return;
  const engine = open(flat);
  const flag = (holds: boolean) => (holds ? "1" : "");
  return (question, { cookies, cookie, sealed, gpc, region, now }, a = "", b = "", c = "", d = "") =>
    ask(
      engine,
      [question, cookie, flag(sealed), flag(gpc), region, `${now}`, a, b, c, d].map(clean).concat(cookies).join(FIELD),
    );
}
