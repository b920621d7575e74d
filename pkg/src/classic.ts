// One script for a plain <script> tag: the engine, the store, the banner and its style sheet.
//   <script src="consentry.min.js" data-policy="/policy.json" defer></script>
// or, from a script of the page: consentry.start(policy).
// Where WebAssembly is refused it loads consentry.engine.js from beside itself.
import type { Consent, Options, Policy } from "../types/index.d.ts";
import css from "../../src/banner/banner.css";
import { offer } from "./engine.ts";
import { gateElements, mountBanner, openChoices } from "./banner.ts";
import { root } from "./dom.ts";
import { createConsent, loadConsent } from "./index.ts";

export { createConsent, gateElements, loadConsent, mountBanner, openChoices };

// Relative to this very script, also in a classic one.
offer(() => import("js-engine"));

function mount(consent: Consent): Consent {
  // A constructed style sheet needs no style-src in the page's Content-Security-Policy.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  mountBanner(consent, { css: sheet });
  return consent;
}

export const start = (policy: Policy, options?: Options): Consent => mount(createConsent(policy, options));

// Found by its attribute: `document.currentScript` can be shadowed by markup.
const tag = root().querySelector<HTMLScriptElement>("script[data-policy]")?.dataset;
if (tag?.policy)
  loadConsent(tag.policy, { engine: tag.engine as "auto" }).then(mount, (cause) => console.error("consentry: the policy could not be loaded:", cause));
