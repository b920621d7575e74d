import type { Consent } from "./consent.d.ts";
import type { Words } from "./words.d.ts";

export interface PlaceholderOptions {
  /**
   * The words in another language than English, such as the default export of `consentry/words/fr`. Those given to
   * `mountBanner` before need not be given again; words of the policy go before them.
   */
  words?: Words | undefined;
}

/**
 * Puts a placeholder where an embed waits (`iframe`, `video`, `audio`, `embed`, `object`, and `img` that has a size), with the
 * embed's size: what is missing and why, whom it loads from, and two buttons. "Always allow" is an answer like any other.
 * "Allow once" wakes this one embed until the page is left and stores nothing; where an answer could not grant it,
 * because a signal of the browser denies it or nothing can be decided, it is not offered.
 *
 * An embed whose id is no longer allowed goes back, also one that was allowed once and is refused afterwards. It does not
 * wake what is granted: `mountBanner` and `gateElements` do. Returns what ends it.
 */
export function showPlaceholders(consent: Consent, options?: PlaceholderOptions): () => void;
