import type { RegimeKind } from "./policy.d.ts";

export type Status = "required" | "granted" | "denied" | "undecided";

export type Reason =
  | "necessary"
  | "chosen"
  | "regime-default"
  | "refused"
  | "gpc"
  | "gpc-override"
  | "no-answer"
  | "policy-changed"
  | "expired"
  | "stricter-regime"
  | "unsealed"
  | "bad-seal"
  | "from-future"
  | "newer-policy"
  | "newer-format"
  | "unreadable"
  | "foreign-policy"
  /** Only in script: the engine could not be started, so nothing optional is allowed. */
  | "unavailable";

export interface Prompt<Id extends string = string> {
  cause:
    | "first-visit"
    | "unanswered"
    | "policy-changed"
    | "expired"
    | "stricter-regime"
    | "unreadable"
    | "foreign-policy"
    | "unsealed"
    | "from-future";
  /** What to ask for, and nothing else. */
  ids: Id[];
  /** Versions of the changes since the visitor chose. */
  changes: number[];
}

export interface Notice<Id extends string = string> {
  /** A Global Privacy Control signal is honoured, and the regime wants that displayed. */
  gpc: boolean;
  /** The regime wants a visible way to opt out. */
  optOut: boolean;
  /** What the visitor had granted and the signal denies, where it may be overridden. */
  conflict: Id[];
  /** Versions of the changes to be made known. */
  changes: number[];
}

/** What is allowed for this visitor now, and whether to ask. */
export interface Decision<Id extends string = string> {
  policy: string;
  version: number;
  regime: string;
  kind: RegimeKind;
  gpc: boolean;
  region: string | null;
  /** Milliseconds since 1970. */
  now: number;
  ids: Record<Id, { status: Status; reason: Reason }>;
  prompt: Prompt<Id> | null;
  notice: Notice<Id> | null;
  /** What the signal denies now and the visitor may allow all the same, explicitly. */
  overridable: Id[];
  /** Whether a server should write the outcome down without an act of the visitor, as for GPC. */
  persist: boolean;
}
