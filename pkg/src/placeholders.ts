// What stands in the place of an embed that waits: what is missing and why, and buttons that allow it.
//
// "Allow once" is an answer that the page keeps to itself: it allows what the engine would decide, had the answer been
// stored. So what cannot be granted cannot be allowed once, and what the visitor says afterwards goes before it.
import embed from "banner/embed";
import type { Decision, Policy } from "../types/index.d.ts";
import type * as face from "../types/placeholders.d.ts";
import { type Session, session } from "./consent.ts";
import { allowed } from "./decision.ts";
import { root } from "./dom.ts";
import { announce } from "./form.ts";
import { addresses, waiting, wake } from "./gate.ts";
import { allowedOnce } from "./once.ts";
import { type Place, takePlace } from "./place.ts";
import css from "./placeholders.css";
import { type Values, write } from "./tree.ts";

const EMBEDS = "iframe,video,audio,embed,object,img,picture";

interface Embed {
  /** What waits, with its ids: the embed itself, or the sources in it. */
  parts: Map<HTMLElement, string>;
  place?: Place | undefined;
  /** What the place says. */
  shown?: string | undefined;
  /** What holds for it instead of the decision, if it was allowed once. */
  once?: (() => Decision) | undefined;
}

const flag = (holds: unknown) => (holds ? "" : undefined);
const distinct = (list: readonly (string | undefined)[]) => [...new Set(list.filter(Boolean))] as string[];

let count = 0;

const idsOf = ({ parts }: Embed) => distinct([...parts.values()].join(" ").split(" "));
const isWaiting = ({ parts }: Embed) => [...parts.keys()].some((part) => part.matches(waiting));

/** The ids that are answered for: those of services with a switch of their own, else of their categories. */
const switchesOf = ({ services = [] }: Policy, ids: readonly string[]) =>
  distinct(
    ids.map((id) => {
      const service = services.find((service) => service.id === id);
      return service && !service.own ? service.category : id;
    }),
  );

/** The hosts that an embed would load from, but for the page's own. */
const hostsOf = ({ parts }: Embed) =>
  distinct(
    [...parts.keys()].flatMap(({ dataset }) =>
      [dataset.src, dataset.data, dataset.href].map((address) => {
        try {
          const { host } = new URL(address ?? "", root().baseURI);
          return host === location.host ? "" : host;
        } catch {
          return "";
        }
      }),
    ),
  );

function valuesOf(policy: Policy, unit: Element, one: Embed, mount?: string): Values {
  const { categories, services = [], words } = policy;
  const ids = idsOf(one);
  const theirs = services.filter(({ id }) => ids.includes(id));
  const category = (id: string) => categories.find((category) => category.id === id);
  const names = ids.map((id) => (theirs.find((service) => service.id === id) ?? category(id))?.name ?? id);
  const behind = theirs.map((service) => category(service.category)?.name ?? service.category);
  const purposes = ids.map(
    (id) => theirs.find((service) => service.id === id)?.purpose || category(switchesOf(policy, [id])[0]!)?.purpose,
  );
  const facts = theirs.flatMap(({ facts = [] }) => facts);
  return {
    space: " ",
    ...embed.words,
    ...(words && { locale: policy.locale, dir: undefined, ...words }),
    titleId: `cy-embed-${++count}`,
    name: names.join(", "),
    what: ["title", "aria-label", "alt"].map((name) => unit.getAttribute(name)).find(Boolean) ?? undefined,
    about: distinct([...behind, ...hostsOf(one)]).join(" · "),
    purpose: distinct(purposes).join(" ") || undefined,
    hasFacts: flag(facts.length),
    facts: facts.map((fact) => ({ fact })),
    mount,
  };
}

/** Hands the focus on to an embed that the visitor has just allowed: it stands where they pressed the button. */
function focus(unit: HTMLElement): void {
  const element = unit.querySelector<HTMLElement>(":scope > img") ?? unit;
  element.focus({ preventScroll: true });
  if (Reflect.get(Document.prototype, "activeElement", document) === element) return;
  // Images and players without controls take no focus by themselves.
  element.tabIndex = -1;
  element.focus({ preventScroll: true });
  element.addEventListener("blur", () => element.removeAttribute("tabindex"), { once: true });
}

/** Makes an embed wait again. */
function putBack(unit: HTMLElement, one: Embed): void {
  const gap = new Comment();
  // What a frame shows does not end with its address, only when it leaves the page.
  unit.replaceWith(gap);
  for (const [part, ids] of one.parts) {
    for (const name of addresses) if (part.dataset[name] != null) part.removeAttribute(name);
    part.dataset.consent = ids;
    allowedOnce.delete(part);
  }
  if (unit instanceof HTMLMediaElement) unit.load();
  gap.replaceWith(unit);
  one.once = undefined;
}

/**
 * What would be decided, had the visitor just granted these ids, and done since what they did. Nothing of it is stored; where
 * nothing may be granted it is what is decided anyway.
 */
function suppose({ ask, decideOn, pending, stored, textOf }: Session, ids: readonly string[]): () => Decision {
  const current = () => pending() ?? stored();
  const before = current();
  const text = textOf({ act: "save", method: "banner", asked: ids, on: ids }, "", pending());
  return () => {
    // Per id the later answer holds.
    const supposed = current() === before ? text : ask("merge", [text], pending());
    // A page cannot seal what it only supposes.
    return supposed ? decideOn(supposed, { sealed: false }) : decideOn(pending());
  };
}

export const showPlaceholders: typeof face.showPlaceholders = (consent, { words } = {}) => {
  const shared = session(consent);
  const { answer, endpoint } = shared;
  // Banner and choices are in the same language.
  if (words) shared.policy = { ...shared.policy, words: { ...words, ...shared.policy.words } };
  const known = new Map<HTMLElement, Embed>();
  const end = new AbortController();
  const { signal } = end;

  const allows = (one: Embed, decision: Decision) => idsOf(one).every((id) => allowed(decision, id));

  const vacate = (one: Embed) => {
    one.place?.leave();
    one.place = one.shown = undefined;
  };

  const allowOnce = (unit: HTMLElement, one: Embed) => {
    const once = suppose(shared, switchesOf(shared.policy, idsOf(one)));
    if (!allows(one, once())) return;
    one.once = once;
    vacate(one);
    for (const part of one.parts.keys()) {
      allowedOnce.add(part);
      void wake(part);
    }
    focus(unit);
  };

  const allowAlways = async (unit: HTMLElement, one: Embed, method: string) => {
    const box = one.place?.box;
    const group = box?.firstElementChild;
    const status = box?.querySelector<HTMLElement>(".cy-status");
    if (!group || !status || group.ariaBusy) return;
    group.ariaBusy = "true";
    const asked = switchesOf(shared.policy, idsOf(one));
    let text;
    try {
      await answer({ act: "save", method, asked, on: asked });
      text = status.dataset.saved;
    } catch (cause) {
      console.error("consentry: the answer was not saved:", cause);
      text = status.dataset.failed;
    }
    group.ariaBusy = null;
    // Unless the visitor has gone on to something else meanwhile.
    if (!box?.isConnected && !root().querySelector(":focus")) focus(unit);
    announce(status, text ?? "");
  };

  /** Says what there is to say, anew only where that has changed. */
  const fill = (unit: HTMLElement, one: Embed, box: HTMLElement) => {
    const { decision } = consent;
    const { policy } = shared;
    const asked = switchesOf(policy, idsOf(one));
    const isOffer = allows(one, suppose(shared, asked)());
    const isOverride = !isOffer && asked.every((id) => decision.overridable.includes(id));
    const isGpc = !isOffer && idsOf(one).some((id) => decision.ids[id]?.reason === "gpc");
    const isElsewhere = !isOffer && !isOverride && endpoint;
    const offers = { isOffer, isOverride, isGpc, isElsewhere };
    const shown = JSON.stringify([offers, idsOf(one), hostsOf(one), policy.words]);
    if (shown === one.shown) return;
    one.shown = shown;
    box.replaceChildren();
    const flags = Object.fromEntries(Object.entries(offers).map(([name, holds]) => [name, flag(holds)]));
    write(box, embed.tree, { ...valuesOf(policy, unit, one, endpoint), ...flags });
  };

  const look = (unit: HTMLElement, one: Embed) => {
    const { decision } = consent;
    const isGone = !unit.isConnected;
    if (isGone) known.delete(unit);
    // What is not in the policy waits for ever, and cannot be allowed.
    else if (idsOf(one).every((id) => Object.hasOwn(decision.ids, id))) {
      const isAllowed = allows(one, one.once?.() ?? decision);
      if (!isWaiting(one) && !isAllowed) {
        putBack(unit, one);
        // A frame that leaves takes the focus away from itself, and Firefox tells the window at once: who looks at all then, in the
        // midst of this, takes the embed for gone.
        known.set(unit, one);
      }
      if (!isAllowed) {
        // What the server wrote there, which can be allowed for good only.
        while (!one.place && unit.previousElementSibling?.matches("[data-cy=placeholder]"))
          unit.previousElementSibling.remove();
        const place = (one.place ??= begin(unit, one));
        if (place && place.box.nextSibling !== unit) unit.before(place.box);
        if (place) fill(unit, one, place.box);
        return;
      }
    }
    vacate(one);
  };

  const begin = (unit: HTMLElement, one: Embed) => {
    const place = takePlace(unit);
    place?.box.addEventListener("click", ({ target }) => {
      const act = target instanceof Element && target.closest("button")?.value;
      if (act === "once") allowOnce(unit, one);
      else if (act) void allowAlways(unit, one, act === "override" ? "gpc-override" : "banner");
    });
    return place;
  };

  const lookAtAll = () => known.forEach((one, unit) => look(unit, one));
  const scan = () => {
    for (const part of root().querySelectorAll<HTMLElement>(waiting)) {
      const unit = part.matches("source,img") ? part.closest<HTMLElement>("picture,video,audio") ?? part : part;
      if (!unit.matches(EMBEDS)) continue;
      const one = known.get(unit) ?? { parts: new Map() };
      one.parts.set(part, part.dataset.consent ?? "");
      known.set(unit, one);
    }
    lookAtAll();
  };

  const observer = new MutationObserver((records) => {
    const isNew = (node: Node) => node instanceof Element && (node.matches(waiting) || node.querySelector(waiting));
    const isOver = (unit: HTMLElement) => !unit.isConnected;
    if (records.some(({ type, addedNodes }) => type === "attributes" || [...addedNodes].some(isNew))) scan();
    else if ([...known.keys()].some(isOver)) lookAtAll();
  });
  observer.observe(root(), { childList: true, subtree: true, attributeFilter: ["data-consent"] });
  addEventListener("resize", () => known.forEach(({ place }) => place?.fit()), { signal });
  const { settled } = shared;
  shared.settled = () => {
    settled?.();
    if (!signal.aborted) lookAtAll();
  };
  // A constructed style sheet needs no style-src in the page's Content-Security-Policy.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  Reflect.get(Document.prototype, "adoptedStyleSheets", document).push(sheet);
  scan();

  return () => {
    end.abort();
    observer.disconnect();
    known.forEach(vacate);
    known.clear();
  };
};
