// The decision as an object: what the engine says of a policy's items, or what holds where there is none.
import type { Decision, Policy, Prompt, Reason, RegimeKind, Status } from "../types/index.d.ts";
import type { Facts } from "./core.ts";

// In the order of the enumerations in Rust.
const list = <Word extends string>(words: string) => words.split(" ") as Word[];
const KINDS = list<RegimeKind>("inform opt-out opt-in");
const STATUSES = list<Status>("required granted denied undecided");
const REASONS = list<Reason>(
  "necessary chosen gpc-override regime-default refused gpc no-answer policy-changed expired stricter-regime unsealed " +
    "bad-seal from-future newer-policy newer-format unreadable foreign-policy",
);
const CAUSES = list<Prompt["cause"]>(
  "first-visit unreadable foreign-policy unsealed policy-changed stricter-regime unanswered from-future expired",
);

/** The optional categories: the built-in one may be declared, to give it words. */
export const optionalCategories = ({ categories }: Policy) => categories.filter(({ id }) => id !== "necessary");

/** What the engine's answer says, or without one: nothing optional is allowed. The text is that of src/decision/letters.rs. */
export function decide(policy: Policy, answer: string | undefined, facts: Facts): Decision {
  let at = 0;
  const next = () => (answer ? answer.charCodeAt(at++) - 97 : 0);
  const kind = answer ? KINDS[next()]! : "opt-in";
  const cause = answer && CAUSES[next()];
  const notice = next();
  const persist = !!next();
  const ids: Decision["ids"] = {};
  const asked: string[] = [];
  const conflict: string[] = [];
  const overridable: string[] = [];
  const put = (id: string, category: string) => {
    ids[id] = answer
      ? { status: STATUSES[next()]!, reason: REASONS[next()]! }
      : category === "necessary"
        ? { status: "required", reason: "necessary" }
        : { status: "undecided", reason: "unavailable" };
    const flags = next();
    if (flags & 1) asked.push(id);
    if (flags & 2) conflict.push(id);
    if (flags & 4) overridable.push(id);
  };
  put("necessary", "necessary");
  for (const { id } of optionalCategories(policy)) put(id, id);
  for (const { id, category } of policy.services ?? []) put(id, category);
  const shown = (policy.changes ?? []).filter(() => next());
  const changes = (wanted: string) => shown.filter(({ kind }) => kind === wanted).map(({ version }) => version);
  const [region, regime = ""] = answer?.slice(at).split(" ") ?? [];
  return {
    policy: policy.id,
    version: policy.version ?? 1,
    regime,
    kind,
    gpc: facts.gpc,
    region: region || null,
    now: facts.now,
    ids,
    prompt: cause ? { cause, ids: asked, changes: changes("ask") } : null,
    notice: notice ? { gpc: notice % 4 > 1, optOut: notice > 4, conflict, changes: changes("notify") } : null,
    overridable,
    persist,
  };
}
