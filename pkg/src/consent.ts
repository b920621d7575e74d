// The store a page talks to. Every rule is the engine's; this keeps its answer and tells who listens.
import type { ChoiceOf, Consent, Decision, IdOf, Jar, Listener, Options, Policy } from "../types/index.d.ts";
import { type Core, type Question, start } from "./core.ts";
import { allowed, same, unavailable } from "./decision.ts";
import { arrival, engine } from "./engine.ts";
import { type Answer, post } from "./post.ts";

/** What was answered; policy and version are known. What is asked is the prompt's ids where it is left out. */
type Given = Omit<Answer, "policy" | "version" | "asked"> & { asked?: readonly string[] };
type Answered = Required<Given>;

/** What the banner needs of a consent beyond its public face. */
export interface Session {
  endpoint: string | undefined;
  answer(given: Given): Promise<void>;
  policy: Policy;
  /** Whether there is an engine to decide. */
  readonly decides: boolean;
}

const sessions = new WeakMap<object, Session>();

export function session(consent: object): Session {
  const found = sessions.get(consent);
  if (!found) throw new TypeError("not a consent made by this copy of consentry");
  return found;
}

/** The page's own cookies. */
const pageJar = (secure: boolean, cookie: string, domain?: string): Jar => ({
  read: () => (globalThis.document ? engine!.read_cookies(document) : ""),
  write: (name, value, maxAge) =>
    engine!.write_cookie(
      document,
      `${name}=${value}; Path=/; SameSite=Lax; Max-Age=${maxAge}` +
        (secure ? "; Secure" : "") +
        // Without it a second cookie of the name would stand beside the shared one.
        (domain && name === cookie ? `; Domain=${domain}` : ""),
    ),
  delete(name) {
    this.write(name, "", 0);
  },
});

export function open<P extends Policy>(policy: P, options: Options = {}): Consent<IdOf<P>, ChoiceOf<P>> {
  let core: Core | undefined;
  const endpoint = options.endpoint ?? policy.mount;
  const https = globalThis.location?.protocol === "https:";
  const cookie = policy.cookie ?? (https ? "__Host-privacy" : "privacy");
  const sealed = policy.sealed ?? false;
  const jar = options.jar ?? pageJar(https || cookie.startsWith("__"), cookie, policy.domain);
  // Exactly `true` (Global Privacy Control, "JavaScript Property to Detect Preference").
  const signal = () => options.gpc ?? (globalThis.navigator as { globalPrivacyControl?: unknown })?.globalPrivacyControl === true;
  /** Asks the engine about the visitor as they are now; empty where there is none, or nothing to say. */
  const ask = (question: Question, args: readonly string[] = [], text?: string): string => {
    if (!core) return "";
    // Of a text that is not stored yet, what it would say.
    const cookies = text ? `${cookie}=${text}` : jar.read();
    const facts = { cookies, cookie, sealed, gpc: signal(), region: options.region ?? "", now: Date.now() };
    return core(question, facts, ...args);
  };
  const decide = (text?: string): Decision =>
    JSON.parse(ask("decide", [], text) || "null") ?? unavailable(policy);

  let decision!: Decision;
  const listeners = new Set<Listener>();

  const settle = (next: Decision) => {
    const before = decision;
    decision = next;
    if (same(before, next)) return;
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

  /** The new text that an answer makes; empty if there is nothing to store. */
  const consentText = ({ act, method, asked, on }: Answered, inPage = "", stored?: string) =>
    ask(act, [`${method} ${version}`, asked.join(" "), on.join(" "), inPage], stored);

  const put = (text: string) => {
    if (text) jar.write(cookie, text, Number(ask("age", [text])));
  };

  const begin = () => {
    core = start(policy, engine);
    settle(decide());
    // A signal that denied something is remembered, so that its absence tomorrow grants nothing.
    if (decision.persist && endpoint === undefined) put(ask("persist"));
  };
  begin();
  if (!core) arrival?.then(begin);
  // An answer counts for the version the page shows, whatever the server has moved to since.
  const { version } = decision;

  const answerHere = (given: Answered) => {
    if (!core) throw new Error("consentry cannot save an answer: no engine");
    const text = consentText(given);
    // That is no act of the engine, so there is no text.
    if (given.act === "forget") jar.delete(cookie);
    put(text);
    sweep();
    settle(decide());
    if (text && !jar.read().includes(`${cookie}=${text}`))
      throw new Error(`the browser did not take the cookie ${cookie}`);
  };

  let lastSent: Promise<unknown> = Promise.resolve();
  /** What would be stored with the refusals that are on their way. */
  let pending: string | undefined;

  const answerServer = async (endpoint: string, given: Answered) => {
    // What is refused acts at once, what is granted when the server has replied.
    const refused = consentText(given, "in page", pending);
    if (refused) settle(decide((pending = refused)));
    // One after the other, so that the server hears the answers in the order they were given.
    const sent = lastSent.then(() => post(endpoint, { policy: policy.id, version, ...given }));
    const settled = sent.catch(() => {});
    lastSent = settled;
    try {
      const next = await sent;
      // With a later answer on its way, this one must not bring back what that refuses.
      if (lastSent !== settled) return;
      pending = undefined;
      settle(next);
    } catch (cause) {
      // Without the server a refusal is kept by the page. The cookie may have changed since it was given.
      const text = consentText(given, "in page");
      put(text);
      sweep();
      if (lastSent === settled) pending = undefined;
      settle(decide(pending ?? text));
      throw cause;
    }
  };

  const answer = async (given: Given) => {
    // What the prompt asks is not known before.
    if (!core) await arrival;
    const answered = { asked: decision.prompt?.ids ?? [], ...given };
    return endpoint === undefined ? answerHere(answered) : answerServer(endpoint, answered);
  };
  const act = (act: string, asked?: readonly string[], on: readonly string[] = [], method = "script") =>
    answer({ act, method, on, ...(asked && { asked }) });

  // The built-in category may be declared, to give it words.
  const categories = policy.categories.filter(({ id }) => id !== "necessary");
  const services = policy.services ?? [];
  const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id);
  const choosable = ids([...categories, ...services.filter(({ own }) => own)]);
  const optional = ids([...categories, ...services]);
  const known = ["necessary", ...optional];
  const check = (ids: readonly string[], list: readonly string[]) => {
    for (const id of ids)
      if (!list.includes(id)) throw new RangeError(`unknown id "${id}", expected one of: ${list.join(", ")}`);
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
  sessions.set(consent, {
    endpoint,
    answer,
    policy,
    get decides() {
      return !!core;
    },
  });
  // The engine answers for exactly the ids of its policy; the compiler cannot know.
  return consent as Consent<string, string> as Consent<IdOf<P>, ChoiceOf<P>>;
}

/** Fetches a compiled policy. */
export async function fetchPolicy(url: string | URL): Promise<Policy> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.json();
}
