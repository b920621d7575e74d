// What a server's page does once somebody answers, here or in another tab, and where something is granted to elements that
// wait: it answers in place, without a reload, and brings to life what was allowed.
import type { Decision } from "../types/index.d.ts";
import { allowed } from "./decision.ts";
import { announce, body, complain, isPrerendered, root } from "./dom.ts";
import { takeOver } from "./form.ts";
import { activate, watch } from "./gate.ts";
import { post } from "./post.ts";

/** What has forms to answer; those of the choices page lead back to where the visitor came from. */
export const BOXES = "[data-cy]:not([data-cy=choices])";

export interface Live {
  /** Asks the server anew. */
  ask(): void;
}

export interface Page {
  mount: string;
  /** The ids that are granted in it. */
  granted: string | undefined;
  /** The services whose scripts cannot be told to stop: their withdrawal reloads it. */
  reload: string | undefined;
  /** What had the focus before it went into a form. */
  cameFrom: EventTarget | null;
  /** Tells the other tabs that something was answered. */
  tellOthers(): void;
}

export function begin({ mount, granted, reload, cameFrom, tellOthers }: Page): Live {
  const words = (list = "") => list.match(/\S+/g) ?? [];
  /** What was allowed in this page. */
  const running = new Set(words(granted));
  /** Whether it has no banner yet: all visitors get it alike. */
  let isBare = root().dataset.consentAsk !== undefined;

  /** Lets the page know. */
  const tell = (decision: Decision) => {
    const page = root();
    const granted = Object.entries(decision.ids).filter(([, { status }]) => status === "granted");
    page.dataset.consent = granted.map(([id]) => id).join(" ");
    announce(decision);
    if (!decision.prompt) page.querySelectorAll("[data-cy=prompt]").forEach((box) => box.remove());
    void activate(decision);
    for (const id of words(reload))
      if (allowed(decision, id)) running.add(id);
      else if (!isPrerendered() && running.delete(id)) location.reload();
  };

  const ask = async () => {
    const decision: Decision = await (await fetch(mount + "/decision")).json();
    tell(decision);
    if (!isBare) return;
    isBare = false;
    if (!decision.prompt && !decision.notice) return;
    // Read as a document: nothing in it runs, and no text is made markup.
    const request = new XMLHttpRequest();
    request.open("GET", `${mount}/banner?return=${encodeURIComponent(location.pathname + location.search)}`);
    request.responseType = "document";
    request.onload = () => {
      const bar = request.responseXML?.querySelector("[data-cy]");
      if (bar) body()?.prepend(document.adoptNode(bar));
    };
    request.send();
  };

  takeOver(
    BOXES,
    async (answer, form) => {
      const decision = await post(form.getAttribute("action") ?? "", answer);
      tell(decision);
      tellOthers();
      // The policy changed while the page was open: what is to be asked now is in the next page.
      if (decision.prompt && decision.version > answer.version) location.reload();
      form.closest("[data-cy=notice]")?.remove();
    },
    {},
    cameFrom,
  );
  if (granted)
    void activate({ ids: Object.fromEntries(words(granted).map((id) => [id, { status: "granted", reason: "chosen" }])) });
  watch();
  return {
    ask: () => void ask().catch((cause) => complain("the server could not be asked:", cause)),
  };
}
