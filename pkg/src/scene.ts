// What the holes of the banner's tree are filled with, as src/banner.rs does it on a server.
import type { Decision, Policy } from "../types/index.d.ts";
import english from "banner/words";
import { grow, type Values } from "./tree.ts";

/** A hole is empty, or filled with nothing to read. */
const flag = (holds: unknown) => (holds ? "" : undefined);

/** Writes the banner or notice, or the panel with every choice; nothing if there is nothing to show. */
export function render(
  parent: Element,
  kind: "prompt" | "choices",
  policy: Policy,
  { prompt, notice, ids, version, overridable }: Decision,
  mount = "",
  chosen?: number,
): void {
  const { categories, services = [], changes = [] } = policy;
  const optional = categories.filter(({ id }) => id !== "necessary");
  const own = services.filter((service) => service.own);
  const necessary = categories.find(({ id }) => id === "necessary");
  const switches = [...optional, ...own];
  const those = (ids: readonly string[]) => switches.filter(({ id }) => ids.includes(id));
  const offered = kind === "choices" ? overridable : notice?.conflict ?? [];
  const asked = kind === "choices" ? switches : those(prompt?.ids ?? offered);
  const told = (prompt ?? notice)?.changes ?? [];
  const url = policy.contact?.url || undefined;
  const { cause } = prompt ?? {};

  const choice = ({ id, name = id, purpose, ...more }: (typeof switches)[number]): Values => ({
    id,
    name,
    purpose: purpose || undefined,
    class: "category" in more ? "cy-choice cy-part" : "cy-choice",
    // Nothing is ticked beforehand on the banner, whatever was granted earlier (Planet49, C-673/17).
    ticked: flag(kind === "choices" && ids[id]?.status === "granted"),
  });
  /** What a form is about. */
  const about = (list: typeof switches): Values => ({
    asked: list.map(({ id }) => id).join(" "),
    names: list.map(({ id, name = id }) => name).join(", "),
    switches: list.map(choice),
  });
  // A service with a choice of its own stands under its category.
  const panel = () =>
    optional.flatMap((category) => [category, ...own.filter((part) => part.category === category.id)]);

  const values: Values = {
    space: " ",
    ...english,
    // Words of another language without its tag or direction take the page's.
    ...(policy.words && { locale: policy.locale, dir: undefined, ...policy.words }),
    ...about(asked),
    ...(kind === "choices" && {
      switches: panel().map(choice),
      hasServices: flag(services.length),
      services: services.map(({ id, name = id, purpose, facts = [] }) => ({
        name,
        purpose: purpose || undefined,
        facts: facts.map((fact) => ({ fact })),
      })),
      ...(necessary?.name && { necessary: necessary.name }),
      ...(necessary?.purpose && { necessaryPurpose: necessary.purpose }),
    }),
    policy: policy.id,
    version: String(version),
    overrides: offered.length ? [about(those(offered))] : [],
    back: "",
    mount: mount || undefined,
    isFirst: flag(cause === "first-visit" || cause === "unanswered"),
    isChanged: flag(cause === "policy-changed"),
    isAll: flag(asked.length === switches.length),
    hasChanges: flag(told.length),
    changes: changes.filter((change) => told.includes(change.version)).map(({ summary = "" }) => ({ summary })),
    contactUrl: url,
    hasLinks: flag(mount || url),
    isGpc: flag(notice?.gpc),
    hasActions: flag(told.length || offered.length),
    isOptOut: flag(notice?.optOut && mount),
  };
  if (chosen) {
    const date = new Date(chosen);
    values.chosen = values.date = date.toISOString();
    try {
      values.date = date.toLocaleDateString(values.locale as string | undefined, { dateStyle: "long" });
    } catch {
      // The policy's language is none.
    }
  }
  if (kind === "choices" || prompt) grow(parent, kind, values);
  else if (notice && (told.length || notice.gpc || (notice.optOut && mount))) grow(parent, "notice", values);
}
