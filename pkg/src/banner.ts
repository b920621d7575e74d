import type * as face from "../types/banner.d.ts";
import { session } from "./consent.ts";
import { body, create, isPrerendered, onShown, root } from "./dom.ts";
import { arrival } from "./engine.ts";
import { takeOver } from "./form.ts";
import { activate, watch } from "./gate.ts";
import { render } from "./scene.ts";
import { addStyles } from "./style.ts";

const bars = "[data-cy=prompt],[data-cy=notice]";

export const gateElements: typeof face.gateElements = (consent) => {
  activate(consent.decision);
  const stops = [watch(), consent.subscribe((decision) => void activate(decision))];
  return () => stops.forEach((stop) => stop());
};

export const mountBanner: typeof face.mountBanner = (consent, { parent, css, words } = {}) => {
  const shared = session(consent);
  // The choices are opened from anywhere, and are in the same language.
  if (words) shared.policy = { ...shared.policy, words: { ...words, ...shared.policy.words } };
  const { answer, decides, endpoint, policy } = shared;
  const unmount = new AbortController();
  const { signal } = unmount;

  // What a server wrote into the page is taken over; otherwise it is built.
  let bar = root().querySelector(bars);
  const contents = () => JSON.stringify([consent.decision.prompt, consent.decision.notice]);
  let shown = bar && contents();
  const show = () => {
    const place = parent ?? body();
    if (!place || isPrerendered() || shown === contents()) return;
    shown = contents();
    bar?.remove();
    const holder = create("div");
    render(holder, "prompt", policy, consent.decision, endpoint);
    bar = holder.firstElementChild;
    if (!bar) return;
    shared.dress?.();
    place.prepend(bar);
  };
  show();
  const stops = [consent.subscribe(show), gateElements(consent)];

  const boxes = bars + ",[data-cy=placeholder]";
  takeOver(boxes, answer, { signal });
  // Whoever comes near is about to answer.
  root().addEventListener(
    "pointerover",
    ({ target }) => void (target instanceof Element && target.closest(boxes + ",[data-consent-open]") && decides()),
    { signal },
  );
  // Called while the page is still being read: the rest of it comes later.
  onShown(show, { signal });
  root().addEventListener(
    "click",
    (event) => {
      const { target } = event;
      if (!(target instanceof Element && target.closest("[data-consent-open]"))) return;
      // A link leads to the choices where there is no script.
      if (decides()) event.preventDefault();
      openChoices(consent);
    },
    { signal },
  );
  if (css !== undefined) addStyles(css);

  return {
    unmount() {
      unmount.abort();
      for (const stop of stops) stop();
      bar?.remove();
    },
  };
};

export const openChoices: typeof face.openChoices = (consent) => {
  const { answer, decides, dress, endpoint, pending, policy, stored } = session(consent);
  if (!decides()) {
    // Without an engine there is still the server's own page; one that is on its way is waited for.
    if (endpoint !== undefined) location.assign(endpoint);
    else arrival?.then(() => decides() && openChoices(consent));
    return;
  }
  dress?.();
  // The browser's own modal dialog keeps the focus inside, closes on Esc and gives the focus back.
  const dialog = create("dialog");
  dialog.className = "cy-dialog";
  // A consent's text has the time of the last choice in its fourth field (src/consent/codec.rs).
  const chosen = RegExp(`^1\\.${policy.id}\\.\\d+\\.(\\d{13})\\.`).exec(pending() ?? stored() ?? "");
  render(dialog, "choices", policy, consent.decision, endpoint, Number(chosen?.[1]));
  const title = dialog.querySelector(".cy-title")?.textContent;
  if (title) dialog.ariaLabel = title;
  dialog.dataset.cyDialog = "";

  const closed = new AbortController();
  dialog.addEventListener("close", () => {
    closed.abort();
    dialog.remove();
  });
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog) dialog.close();
  });
  takeOver(
    "[data-cy-dialog]",
    async (given) => {
      await answer(given);
      dialog.close();
      dialog.remove();
    },
    { signal: closed.signal },
  );
  body()?.append(dialog);
  dialog.showModal();
};
