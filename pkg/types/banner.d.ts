import type { Consent } from "./consent.d.ts";
import type { Decision } from "./decision.d.ts";
import type { Words } from "./words.d.ts";

export type { Words };

export interface BannerOptions {
  /** Where the banner goes, as the first child; the body when it is left out. */
  parent?: Element;
  /** The address of a style sheet to link, or a style sheet to adopt. */
  css?: string | CSSStyleSheet;
  /**
   * The words in another language than English, such as the default export of `consentry/words/fr`; for the choices too.
   * Words of the policy go before them.
   */
  words?: Words | undefined;
}

/** A consent, or what was told of one elsewhere. */
export interface Decided {
  readonly decision: Pick<Decision, "ids">;
  subscribe(listener: (decision: Pick<Decision, "ids">) => void): () => void;
}

export interface Banner {
  /** Takes the banner and its listeners away. */
  unmount(): void;
}

/**
 * Shows the banner whenever there is something to ask, takes over one that the server wrote, activates
 * gated elements, and opens the choices when an element with `data-consent-open` is clicked.
 */
export function mountBanner(consent: Consent, options?: BannerOptions): Banner;

/** Shows every choice, with its present state, in a modal dialog. */
export function openChoices(consent: Consent): void;

/**
 * Activates `<script type="text/plain" data-consent="id">` and `<iframe>` or `<img>` with `data-consent` and
 * `data-src`, each once, as soon as its id is allowed, also those that get into the page later. Scripts run in document
 * order when the page was read; `data-type="module"` makes one a module. `mountBanner` does it already. Returns what ends
 * it.
 */
export function gateElements(consent: Decided): () => void;
