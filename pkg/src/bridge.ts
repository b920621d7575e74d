// What a page decided, told to its workers and to the frames that it trusts. Who hears it has no engine and decides nothing.
import type * as face from "../types/bridge.d.ts";
import type { Consent } from "../types/index.d.ts";
import { allowed } from "./decision.ts";
import { isPrerendered, onShown, root } from "./dom.ts";

type Statuses = face.Statuses;

const nothing: Statuses = { ids: {} };
const ask = { consentry: "ask" };

const isAsking = (data: unknown): boolean => (data as typeof ask | null)?.consentry === "ask";
/** No more of a decision than is needed to act on it. */
const telling = ({ ids }: Statuses) => ({ consentry: "told", ids });

/** What holds now; nothing while nobody sees the page, as what runs cannot be taken back before somebody does. */
const present = (consent: Consent): Statuses => (isPrerendered() ? nothing : consent.decision);

/** What came to be told, and how it gets here. */
function listen(): [told: face.Told, hear: (data: unknown) => void, onEnd: (stop: () => void) => void] {
  let decision = nothing;
  let isOver = false;
  const listeners = new Set<(decision: Statuses, before: Statuses) => void>();
  const stops: (() => void)[] = [];

  const settle = (ids: Statuses["ids"]) => {
    const before = decision;
    decision = { ids };
    if (JSON.stringify(before) === JSON.stringify(decision)) return;
    for (const listener of [...listeners])
      try {
        listener(decision, before);
      } catch (fault) {
        // One bad listener must not keep the others from hearing of a withdrawal.
        queueMicrotask(() => {
          throw fault;
        });
      }
  };

  const told: face.Told = {
    get decision() {
      return decision;
    },
    allows: (id) => allowed(decision, id),
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    whenGranted(id) {
      if (told.allows(id)) return Promise.resolve();
      return new Promise((resolve) => {
        const stop = told.subscribe(() => {
          if (!told.allows(id)) return;
          stop();
          resolve();
        });
      });
    },
    end() {
      isOver = true;
      for (const stop of stops) stop();
      settle({});
    },
  };
  const hear = (data: unknown) => {
    const { consentry, ids } = Object(data) as { consentry?: unknown; ids?: unknown };
    if (!isOver && consentry === "told" && typeof ids === "object" && ids) settle(ids as Statuses["ids"]);
  };
  return [told, hear, (stop) => stops.push(stop)];
}

/** Calls `tell` now and at each change; for the last time with nothing, as when nobody can say any more what holds. */
function follow(consent: Consent, tell: (decision: Statuses) => void): () => void {
  const end = new AbortController();
  const say = () => tell(present(consent));
  const fallSilent = () => tell(nothing);
  const stop = consent.subscribe(say);
  say();
  // A shared worker outlives its pages.
  addEventListener("pagehide", fallSilent, end);
  addEventListener("pageshow", say, end);
  onShown(say, end);
  return () => {
    stop();
    end.abort();
    fallSilent();
  };
}

export const shareConsent: typeof face.shareConsent = (consent, to) => {
  const answer = ({ data }: MessageEvent) => {
    // One that came up later than this.
    if (isAsking(data)) to.postMessage(telling(present(consent)));
  };
  to.addEventListener?.("message", answer);
  to.start?.();
  const stop = follow(consent, (decision) => to.postMessage(telling(decision)));
  return () => {
    to.removeEventListener?.("message", answer);
    stop();
  };
};

export const receiveConsent: typeof face.receiveConsent = (from = globalThis as unknown as face.Channel) => {
  const [told, hear, onEnd] = listen();
  const take = ({ data }: MessageEvent) => hear(data);
  from.addEventListener?.("message", take);
  onEnd(() => from.removeEventListener?.("message", take));
  from.start?.();
  // A service worker has many pages to hear from, and cannot ask them all.
  from.postMessage?.(ask);
  return told;
};

function check(origins: readonly string[]): void {
  for (const given of origins) {
    let origin;
    try {
      ({ origin } = new URL(given));
    } catch {}
    if (origin !== given) throw new TypeError(`not an origin: "${given}", expected one such as https://shop.example`);
  }
}

export const shareWithFrames: typeof face.shareWithFrames = (consent, origins) => {
  check(origins);
  const frames = new Map<Window, string>();
  const tell = (decision: Statuses) => {
    for (const [frame, origin] of frames)
      if (frame.closed) frames.delete(frame);
      else frame.postMessage(telling(decision), origin);
  };
  const add = (frame: Window, origin: string) => {
    frames.set(frame, origin);
    frame.postMessage(telling(present(consent)), origin);
  };
  const answer = ({ data, origin, source }: MessageEvent) => {
    const frame = source as Window | null;
    // A frame of this very page: neither one inside another, nor a window that was opened.
    if (isAsking(data) && origins.includes(origin) && frame && frame !== window && frame.parent === window) add(frame, origin);
  };
  // Those that asked before anybody heard them.
  const greet = () => {
    for (const { contentWindow, loading, src } of root().querySelectorAll("iframe")) {
      if (!contentWindow || !src || loading === "lazy" || frames.has(contentWindow)) continue;
      const { origin } = new URL(src);
      if (origins.includes(origin)) add(contentWindow, origin);
    }
  };
  addEventListener("message", answer);
  if (Reflect.get(Document.prototype, "readyState", document) === "complete") greet();
  else addEventListener("load", greet, { once: true });
  const stop = follow(consent, tell);
  return () => {
    removeEventListener("message", answer);
    removeEventListener("load", greet);
    stop();
  };
};

export const inheritConsent: typeof face.inheritConsent = (origins) => {
  check(origins);
  const [told, hear, onEnd] = listen();
  const { parent } = window;
  // A page that is in no frame has nobody to hear from.
  if (parent === window) return told;
  const take = ({ data, origin, source }: MessageEvent) => {
    if (source === parent && origins.includes(origin)) hear(data);
  };
  addEventListener("message", take);
  onEnd(() => removeEventListener("message", take));
  const [around] = location.ancestorOrigins ?? [];
  for (const origin of origins) if (!around || around === origin) parent.postMessage(ask, origin);
  return told;
};
