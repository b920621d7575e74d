// The store a page talks to. Every rule is the engine's; this keeps its answer and tells who listens.
import { Engine, gpc, read_cookies, write_cookie } from "wasm-glue";
import type { ChoiceOf, Consent, Decision, IdOf, Jar, Listener, Options, Policy } from "../types/index.d.ts";
import { allowed, same, unavailable } from "./decision.ts";
import { isUsable } from "./engine.ts";
import { type Answer, post } from "./post.ts";

/** What was answered; policy and version are known. */
type Given = Omit<Answer, "policy" | "version">;

/** What the banner needs of a consent beyond its public face. */
export interface Session {
  endpoint: string | undefined;
  answer(given: Given): Promise<void>;
  render(parent: Element, kind: "prompt" | "choices"): void;
}

const sessions = new WeakMap<object, Session>();

export function session(consent: object): Session {
  const found = sessions.get(consent);
  if (!found) throw new TypeError("not a consent made by this copy of consentry");
  return found;
}

/** The page's own cookies. */
const pageJar = (secure: boolean): Jar => ({
  read: () => (globalThis.document ? read_cookies(document) : ""),
  write: (name, value, maxAge) => write_cookie(document, name, value, maxAge, secure),
  delete: (name) => write_cookie(document, name, "", 0, secure),
});

export function open<P extends Policy>(policy: P, options: Options = {}): Consent<IdOf<P>, ChoiceOf<P>> {
  const engine = isUsable() ? new Engine(policy) : undefined;
  const endpoint = options.endpoint ?? policy.mount;
  const https = globalThis.location?.protocol === "https:";
  const cookie = policy.cookie ?? (https ? "__Host-privacy" : "privacy");
  const sealed = policy.sealed ?? false;
  const jar = options.jar ?? pageJar(https || cookie.startsWith("__"));
  const signal = () => options.gpc ?? (!!globalThis.document && gpc(navigator));
  /** The engine, looking at the visitor as they are now. */
  const look = (cookies?: string) => {
    engine?.see(cookies ?? jar.read(), cookie, sealed, signal(), options.region ?? "", Date.now());
    return engine;
  };
  const decide = (cookies?: string): Decision => JSON.parse(look(cookies)?.decide() ?? "null") ?? unavailable(policy);

  let decision = decide();
  // An answer counts for the version the page shows, whatever the server has moved to since.
  const { version } = decision;
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
    for (const name of look()?.clear().split(" ") ?? []) if (name) jar.delete(name);
  };

  const consentText = ({ act, method, asked, on }: Given, onlyDenials: boolean) =>
    look()?.act(act, method, version, asked.join(" "), on.join(" "), onlyDenials);

  const put = (text: string | undefined) => {
    if (engine && text !== undefined) jar.write(cookie, text, engine.max_age(text));
  };

  const answerHere = (given: Given) => {
    if (!engine) throw new Error("consentry cannot save an answer: WebAssembly is refused here");
    const text = given.act === "forget" ? undefined : consentText(given, false);
    if (given.act === "forget") jar.delete(cookie);
    put(text);
    sweep();
    settle(decide());
    if (text !== undefined && !jar.read().includes(`${cookie}=${text}`))
      throw new Error(`the browser did not take the cookie ${cookie}`);
  };

  let lastSent: Promise<unknown> = Promise.resolve();

  const answerServer = async (endpoint: string, given: Given) => {
    // What is refused acts at once, what is granted when the server has replied.
    const refused = consentText(given, true);
    if (refused !== undefined) settle(decide(`${cookie}=${refused}`));
    // One after the other, so that the server hears the answers in the order they were given.
    const sent = lastSent.then(() => post(endpoint, { policy: policy.id, version, ...given }));
    const settled = sent.catch(() => {});
    lastSent = settled;
    try {
      const next = await sent;
      // With a later answer on its way, this one must not bring back what that refuses.
      if (lastSent === settled) settle(next);
    } catch (cause) {
      // Without the server a refusal is kept by the page. The cookie may have changed since it was given.
      const text = consentText(given, true);
      put(text);
      sweep();
      settle(decide(text && `${cookie}=${text}`));
      throw cause;
    }
  };

  const answer = async (given: Given) =>
    endpoint === undefined ? answerHere(given) : answerServer(endpoint, given);
  const act = (act: string, asked: readonly string[] = [], on: readonly string[] = [], method = "script") =>
    answer({ act, method, asked, on });

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
  const asked = () => decision.prompt?.ids ?? [];

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
    accept: () => act("accept", asked()),
    reject: () => act("reject", asked()),
    save(choices) {
      const ids = Object.keys(choices);
      check(ids, choosable);
      return act("save", ids, ids.filter((id) => choices[id]));
    },
    withdraw(ids = []) {
      check(ids, optional);
      return act("withdraw", ids, [], "withdrawal");
    },
    forget: () => act("forget"),
    acknowledge: () => act("acknowledge", [], [], "notice"),
  };
  // A signal that denied something is remembered, so that its absence tomorrow grants nothing.
  if (decision.persist && endpoint === undefined) put(look()?.persist());
  sessions.set(consent, {
    endpoint,
    answer,
    render: (parent, kind) => look()?.render(parent, kind, endpoint ?? ""),
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
