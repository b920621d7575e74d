// The store a page talks to. Every rule is the engine's; this keeps its answer and tells who listens.
import { write_cookie } from "wasm-glue";
import type { ChoiceOf, Consent, Decision, IdOf, Jar, Listener, Options, Policy } from "../types/index.d.ts";
import { decide, optionalCategories } from "./answer.ts";
import { type Core, type Facts, type Question, start } from "./core.ts";
import { allowed, same } from "./decision.ts";
import { announce, cookies, isPrerendered, onShown } from "./dom.ts";
import { arrival, isUsable } from "./engine.ts";
import { firstAnswer, policyText } from "./first.ts";
import { flatten } from "./flat.ts";
import { type Answer, post } from "./post.ts";
import { forgetSaid, said } from "./said.ts";
import { join } from "./tabs.ts";

/** What another build of the engine said is none of this one's answers. */
const build = "@build@";

/** What was answered; policy and version are known. */
type Answered = Omit<Answer, "policy" | "version">;
/** The same where what is asked may be left to the prompt. */
type Given = Omit<Answered, "asked"> & { asked: readonly string[] | undefined };

/** What the banner needs of a consent beyond its public face. */
export interface Session {
  endpoint: string | undefined;
  answer(given: Given): Promise<void>;
  policy: Policy;
  /** Whether there is an engine to decide. */
  decides(): boolean;
  /** What the engine says; empty where there is none, or nothing to say. Of a text, as if that were stored. */
  ask(question: Question, args?: readonly string[], text?: string): string;
  decideOn(text?: string, more?: Partial<Facts>): Decision;
  /** The new text that an answer makes; empty if there is nothing to store. */
  textOf(given: Answered, inPage?: string, stored?: string): string;
  stored(): string | undefined;
  /** What is not stored: refusals that are on their way to the server, or that the browser does not take. */
  pending(): string | undefined;
  /** Called whenever something was decided, also where that is the same as before. */
  settled?: () => void;
  /** Called before something is shown. */
  dress?: () => void;
}

const sessions = new WeakMap<object, Session>();

export function session(consent: object): Session {
  const found = sessions.get(consent);
  if (!found) throw new TypeError("not a consent made by this copy of consentry");
  return found;
}

/** The page's own cookies. A sandboxed document throws, and has none. */
const pageJar = (secure: boolean, cookie: string, domain?: string): Jar => ({
  read() {
    try {
      return cookies.cookie;
    } catch {
      return "";
    }
  },
  write(name, value, maxAge) {
    try {
      write_cookie(
        cookies,
        `${name}=${value}; Path=/; SameSite=Lax; Max-Age=${maxAge}` +
          (secure ? "; Secure" : "") +
          // Without it a second cookie of the name would stand beside the shared one.
          (domain && name === cookie ? `; Domain=${domain}` : ""),
      );
    } catch {
      // Who needs it reads it back.
    }
  },
  delete(name) {
    this.write(name, "", 0);
  },
});

/** `begin` starts the engine, where that is not done before. */
export function open<P extends Policy>(policy: P, options: Options = {}, begin = () => {}): Consent<IdOf<P>, ChoiceOf<P>> {
  // Whatever is known of this very text without an engine comes from one that had it checked.
  const ours = policyText(policy);
  const endpoint = options.endpoint ?? policy.mount;
  const https = globalThis.location?.protocol === "https:";
  const cookie = `${policy.cookie ?? (https ? "__Host-privacy" : "privacy")}`;
  const sealed = policy.sealed ?? false;
  const jar = options.jar ?? pageJar(https || cookie.startsWith("__"), cookie, policy.domain);
  // Exactly `true` (Global Privacy Control, "JavaScript Property to Detect Preference").
  const signal = () => options.gpc ?? (globalThis.navigator as { globalPrivacyControl?: unknown })?.globalPrivacyControl === true;
  let decision: Decision;
  /** The visitor as they are now. Of a text that is not stored yet, what it would say. */
  const facts = (text?: string): Facts => ({
    cookies: text ? `${cookie}=${text}` : jar.read(),
    cookie,
    sealed,
    gpc: signal(),
    // A server that answered knows where the visitor is.
    region: options.region ?? decision?.region ?? "",
    now: Date.now(),
  });
  let core: Core | undefined;
  let isBegun = false;
  /** Whether none will come. */
  let isLost = false;
  let flat = "";
  const take = () => (core = start(flat, isUsable()));
  /** The engine, which is started when it is first asked something. */
  const engine = () => {
    if (isBegun) return core;
    flat ||= flatten(policy);
    begin();
    isBegun = !!(take() || arrival);
    if (!core)
      arrival?.then(() => {
        isLost = !take();
        decideAnew();
      });
    return core;
  };
  const ask: Session["ask"] = (question, args = [], text) => engine()?.(question, facts(text), ...args) ?? "";
  const decideOn: Session["decideOn"] = (text, more) => {
    const known = { ...facts(text), ...more };
    const { cookies, gpc, region, now } = known;
    const asked = () => engine()?.("decide", known);
    const texts = textsIn(cookies);
    const question = () => [build, day(now), sealed, gpc, region, texts, ours].join();
    let answer;
    // What is only supposed, or too long to be believed, and cookies that are not the page's own, are the engine's.
    if (text || more || options.jar || cookies.length > 16384) answer = asked();
    // Of a visitor who has not answered nothing is kept, also not by this library.
    else if (texts[0]) answer = isPrerendered() ? asked() : said(question(), asked);
    // Without an engine there is only a server to answer to.
    else
      answer =
        (!texts.length && !region && !(isLost && endpoint === undefined) && firstAnswer(policy, ours, gpc)) || asked();
    return decide(policy, answer, known);
  };

  /** The consent cookie, as often as it is there. */
  const textsIn = (cookies: string) => `; ${cookies}`.split(`; ${cookie}=`).slice(1).map((rest) => rest.split(";")[0]);
  const stored = () => textsIn(jar.read())[0];
  const day = (now: number) => Math.floor(now / 864e5);
  /** What of a visitor may change while nobody looks; a grant grows old by days. */
  // A page that answered looks anew whatever is stored: another may have merged the answer away again.
  const state = () => `${stored()} ${signal()} ${day(Date.now())}`;
  // Read first: another page may write between this and the decision.
  let seen: string | undefined = state();
  decision = decideOn();
  // An answer counts for the version the page shows, whatever the server has moved to since.
  const { version } = decision;
  const listeners = new Set<Listener>();

  const settle = (next: Decision) => {
    const before = decision;
    decision = next;
    restart();
    shared.settled?.();
    if (same(before, next)) return;
    if (globalThis.window) announce(next, before);
    for (const listener of [...listeners])
      try {
        listener(next, before);
      } catch (fault) {
        // One bad listener must not keep the others from hearing of a withdrawal.
        queueMicrotask(() => {
          throw fault;
        });
      }
  };

  const sweep = () => {
    for (const name of ask("clear").split(" ")) if (name) jar.delete(name);
  };

  const textOf: Session["textOf"] = ({ act, method, asked, on }, inPage = "", stored) =>
    ask(act, [`${method} ${version}`, asked.join(" "), on.join(" "), inPage], stored);

  const put = (text: string) => {
    if (text) jar.write(cookie, text, Number(ask("age", [text])));
  };

  /** What is not stored: refusals that are on their way to the server, or that the browser does not take. */
  let pending: string | undefined;

  const decideAnew = () => {
    seen = state();
    settle(decideOn(pending));
    remember();
  };
  /** Takes up what changed. Else nothing is decided anew: a conflict with a signal is told until the page is left. */
  const look = () => {
    if (seen !== state()) decideAnew();
    restart();
  };

  /** One text that says what two say. */
  const both = (one = "", other = "") => (one && other && ask("merge", [other], one)) || one || other;

  // What was stored or heard here a moment ago. The processes of a browser learn of each other's cookies late and crosswise:
  // a page may read an older text in the place of its own, or none yet where it has just heard of one.
  let recent = "";
  const keep = (text = "") => {
    recent = text;
    setTimeout(() => {
      if (recent === text) recent = "";
      look();
    }, 1000);
  };

  /** Takes up what another page stored. Both may have answered at once: then the cookie has only what was written last. */
  const hear = (text?: string) => {
    const before = stored();
    const all = text && both(both(before, recent), text);
    keep(all);
    if (before) {
      if (all && all !== before) {
        put(all);
        tell(all);
      }
      decideAnew();
    } else {
      // It is on its way, or deleted again, which is not for this page to undo: it holds until the next look.
      seen = undefined;
      settle(decideOn(pending ?? all));
    }
  };
  const tell: (text?: string) => void = globalThis.window
    ? join(hear, look, "pageshow", "focus", "visibilitychange")
    : () => {};

  /** A signal that denied something is remembered, so that its absence tomorrow grants nothing. */
  const remember = () => {
    if (!decision.persist || endpoint !== undefined) return;
    const waits = globalThis.window && isPrerendered();
    if (!waits) put(ask("persist"));
    seen = waits ? undefined : state();
  };

  const answerHere = (given: Answered) => {
    if (!engine()) throw new Error("consentry cannot save an answer: no engine");
    // That is no act of the engine, so there is no text.
    if (given.act === "forget") {
      jar.delete(cookie);
      forgetSaid();
    }
    const before = stored();
    const text = textOf(given);
    put(text);
    // Another page may have stored its own answer in the very next moment: that is no failure.
    const kept = !text || stored() !== before;
    // What is refused holds in this page all the same.
    pending = kept ? undefined : textOf(given, "in page", pending) || pending;
    seen = undefined;
    sweep();
    settle(decideOn(pending));
    if (globalThis.window) keep(text);
    tell(text);
    if (!kept) throw new Error(`the browser did not take the cookie ${cookie}`);
  };

  let lastSent: Promise<unknown> = Promise.resolve();
  const answerServer = async (endpoint: string, given: Answered) => {
    // What is refused acts at once, what is granted when the server has replied.
    const refused = textOf(given, "in page", pending);
    seen = undefined;
    if (refused) settle(decideOn((pending = refused)));
    // One after the other, so that the server hears the answers in the order they were given.
    const sent = lastSent.then(() => post(endpoint, { policy: policy.id, version, ...given }));
    const settled = sent.catch(() => {});
    lastSent = settled;
    try {
      const next = await sent;
      // With a later answer on its way, this one must not bring back what that refuses.
      if (lastSent !== settled) return;
      pending = seen = undefined;
      settle(next);
      tell();
    } catch (cause) {
      // Without the server a refusal is kept by the page. The cookie may have changed since it was given.
      const text = textOf(given, "in page");
      put(text);
      sweep();
      if (lastSent === settled) pending = undefined;
      seen = undefined;
      settle(decideOn(pending ?? text));
      tell();
      throw cause;
    }
  };

  const answer = async (given: Given) => {
    // What the prompt asks is not known before.
    if (!engine()) await arrival;
    const answered = { ...given, asked: given.asked ?? decision.prompt?.ids ?? [] };
    return endpoint === undefined ? answerHere(answered) : answerServer(endpoint, answered);
  };
  const act = (act: string, asked?: readonly string[], on: readonly string[] = [], method = "script") =>
    answer({ act, method, asked, on });

  const categories = optionalCategories(policy);
  const services = policy.services ?? [];
  const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id);
  const choosable = ids([...categories, ...services.filter(({ own }) => own)]);
  const optional = ids([...categories, ...services]);
  const known = ["necessary", ...optional];
  const check = (ids: readonly string[], list: readonly string[]) => {
    for (const id of ids)
      if (!list.includes(id)) throw new RangeError(`unknown id "${id}", expected one of: ${list.join(", ")}`);
  };

  /** Services that were allowed while somebody saw the page, and whose scripts cannot be told to stop. */
  const running = new Set<string>();
  const restart = () => {
    if (!globalThis.window || isPrerendered()) return;
    for (const { id, reload } of services)
      if (reload && allowed(decision, id)) running.add(id);
      // Not before that is stored: the next page would take it up again.
      else if (running.has(id) && !allowed(decideOn(), id) && running.delete(id)) location.reload();
  };

  const consent: Consent = {
    get decision() {
      return decision;
    },
    allows(id) {
      check([id], known);
      return allowed(decision, id);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    whenGranted(id) {
      if (consent.allows(id)) return Promise.resolve();
      return new Promise((resolve) => {
        const stop = consent.subscribe(() => {
          if (!consent.allows(id)) return;
          stop();
          resolve();
        });
      });
    },
    accept: () => act("accept"),
    reject: () => act("reject"),
    save(choices) {
      const ids = Object.keys(choices);
      check(ids, choosable);
      return act("save", ids, ids.filter((id) => choices[id]));
    },
    withdraw(ids = []) {
      check(ids, optional);
      return act("withdraw", ids, [], "withdrawal");
    },
    forget: () => act("forget", []),
    acknowledge: () => act("acknowledge", [], [], "notice"),
  };
  const shared: Session = {
    endpoint,
    answer,
    policy,
    decides: () => !!engine(),
    ask,
    decideOn,
    textOf,
    stored,
    pending: () => pending,
  };
  sessions.set(consent, shared);
  remember();
  restart();
  if (globalThis.window) onShown(look);
  // The engine answers for exactly the ids of its policy; the compiler cannot know.
  return consent as Consent<string, string> as Consent<IdOf<P>, ChoiceOf<P>>;
}

/** Fetches a compiled policy. */
export async function fetchPolicy(url: string | URL): Promise<Policy> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.json();
}
