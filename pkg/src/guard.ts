// Refuses what the page's scripts ask of hosts whose services are not allowed. Whatever is not refused goes on with the same
// `this` and arguments, and comes back as it is.
import type * as face from "../types/guard.d.ts";
import type { Consent, Policy } from "../types/index.d.ts";
import { session } from "./consent.ts";
import { allowed } from "./decision.ts";
import { root } from "./dom.ts";
import { hostOf, serviceOf } from "./hosts.ts";
import { allowedOnce } from "./once.ts";

type Blocked = face.Blocked;
type Call = (this: any, ...given: any[]) => any;

/** What cannot be made a text is told by the native method. */
const textOf = (value: unknown): string => {
  try {
    return String(value);
  } catch {
    return "";
  }
};

/** Puts a function in the place of a method, of the same name and length. Returns what puts it back. */
function replace(owner: any, name: string, by: (native: Call) => Call): () => void {
  const native: Call | undefined = owner[name];
  if (!native) return () => {};
  const mine = by(native);
  for (const key of ["name", "length"]) Object.defineProperty(mine, key, { value: Reflect.get(native, key), configurable: true });
  owner[name] = mine;
  return () => {
    // Somebody may have put theirs in its place; ours then only passes on.
    if (owner[name] === mine) owner[name] = native;
  };
}

export const guardNetwork: typeof face.guardNetwork = (given, { policy: early, log } = {}) => {
  let consent: Consent | undefined;
  let policy: Pick<Policy, "services"> | undefined = early;
  let endpoint: string | undefined;
  let isOver = false;
  const begin = (there: Consent) => {
    ({ policy, endpoint } = session(there));
    consent = there;
  };
  // Who waits for a consent that fails to come says so; everything stays refused.
  if (given instanceof Promise) given.then(begin, () => {});
  else begin(given);

  /** The service in whose place something is refused; empty while no policy is known, `undefined` for what may pass. */
  const refusal = (url: string): string | undefined => {
    const base = root().baseURI;
    const host = hostOf(url, base);
    // What has no host loads from none, and what cannot be read is told by the native method.
    if (!host || isOver) return;
    if (!policy) return host === hostOf(location.href, base) ? undefined : "";
    const service = serviceOf(policy, host);
    if (!service || (consent && allowed(consent.decision, service.id))) return;
    // An answer goes to the site's own server, also where that is under a domain of a service's.
    return endpoint && new URL(url, base).href === new URL(endpoint, base).href ? undefined : service.id;
  };

  /** Tells that something is refused, if it is. */
  const refuse = (url: string, via: Blocked["via"]): string | undefined => {
    const id = refusal(url);
    if (id === undefined) return;
    const text = `consentry: ${id ? `${id} is not allowed` : "nothing is allowed yet"}: ${via} ${url}`;
    const detail: Blocked = { id, url, via };
    root().dispatchEvent(new CustomEvent("consentry:blocked", { bubbles: true, detail }));
    if (log) console.warn(text);
    return text;
  };

  const requestUrl = Object.getOwnPropertyDescriptor(Request.prototype, "url")!.get!;
  const urlOf = (input: unknown): string => {
    try {
      // A request of another realm's too.
      return requestUrl.call(input);
    } catch {
      return textOf(input);
    }
  };

  const requests = new WeakMap<object, { url: string; isAsync: boolean }>();

  const fail = (xhr: XMLHttpRequest, request: object) => {
    if (requests.get(xhr) !== request) return;
    Object.defineProperty(xhr, "readyState", { value: 4, configurable: true });
    xhr.dispatchEvent(new Event("readystatechange"));
    xhr.dispatchEvent(new ProgressEvent("error"));
    xhr.dispatchEvent(new ProgressEvent("loadend"));
  };

  /** The elements that load as soon as they are told from where, and the attributes that tell them. */
  const loading = [
    ["script", HTMLScriptElement, ["src"]],
    ["img", HTMLImageElement, ["src", "srcset"]],
    ["iframe", HTMLIFrameElement, ["src"]],
  ] as const;

  /** Whether an element is not to get an address. It then fires an error, as it would if that could not be reached. */
  const withholds = (element: HTMLElement, name: string, value: unknown): boolean => {
    const kind = loading.find(([, type]) => element instanceof type);
    if (!kind?.[2].some((known) => known === name) || allowedOnce.has(element)) return false;
    // What waits in its inert form loads nothing.
    if (element instanceof HTMLScriptElement && element.type === "text/plain") return false;
    const addresses = name === "srcset" ? String(value).split(/[,\s]+/).filter(Boolean) : [String(value)];
    if (!addresses.some((address) => refuse(address, kind[0]))) return false;
    setTimeout(() => element.dispatchEvent(new Event("error")));
    return true;
  };

  const ends = [
    replace(globalThis, "fetch", (native) => function (...given) {
      const text = given.length ? refuse(urlOf(given[0]), "fetch") : undefined;
      return text ? Promise.reject(new TypeError(text)) : Reflect.apply(native, this, given);
    }),
    replace(Navigator.prototype, "sendBeacon", (native) => function (...given) {
      return given.length && refuse(textOf(given[0]), "beacon") ? false : Reflect.apply(native, this, given);
    }),
    replace(XMLHttpRequest.prototype, "open", (native) => function (...given) {
      const opened = Reflect.apply(native, this, given);
      requests.set(this, { url: String(given[1]), isAsync: given.length < 3 || !!given[2] });
      delete this.readyState;
      return opened;
    }),
    replace(XMLHttpRequest.prototype, "send", (native) => function (...given) {
      const request = requests.get(this);
      const text = request && refuse(request.url, "xhr");
      if (!text) return Reflect.apply(native, this, given);
      if (!request.isAsync) throw new DOMException(text, "NetworkError");
      setTimeout(fail, 0, this, request);
    }),
    replace(Element.prototype, "setAttribute", (native) => function (...given) {
      if (!withholds(this, String(given[0]).toLowerCase(), given[1])) return Reflect.apply(native, this, given);
    }),
    replace(Element.prototype, "setAttributeNS", (native) => function (...given) {
      if (!withholds(this, String(given[1]), given[2])) return Reflect.apply(native, this, given);
    }),
  ];
  for (const [, { prototype }, names] of loading)
    for (const name of names) {
      const native = Object.getOwnPropertyDescriptor(prototype, name)!;
      const set = function (this: HTMLElement, value: unknown) {
        if (!withholds(this, name, value)) Reflect.apply(native.set!, this, [value]);
      };
      Object.defineProperty(prototype, name, { ...native, set });
      ends.push(() => {
        if (Object.getOwnPropertyDescriptor(prototype, name)?.set === set) Object.defineProperty(prototype, name, native);
      });
    }

  return () => {
    isOver = true;
    for (const end of ends) end();
  };
};
