// One script for a plain <script> tag: the engine, the store, the banner and its style sheet.
//   <script src="consentry.min.js" data-policy="/policy.json" defer></script>
// or, from a script of the page: consentry.start(policy).
// Where WebAssembly is refused it loads consentry.engine.js from beside itself.
import type { Consent, Options, Policy } from "../types/index.d.ts";
import css from "../../src/banner/banner.css";
import { offer } from "./engine.ts";
import { gateElements, mountBanner, openChoices } from "./banner.ts";
import { session } from "./consent.ts";
import { complain, onShown, root } from "./dom.ts";
import { activate } from "./gate.ts";
import { createConsent, loadConsent } from "./index.ts";
import { addStyles } from "./style.ts";
import { loadWords } from "./words.ts";

// By an address that the bundler does not look into: relative to this very script, also a classic one.
const address: string = "./consentry.engine.js";
offer(() => import(address).then(({ of }) => of("@build@")));

function mount(consent: Consent): Consent {
  const shared = session(consent);
  // Most pages show nothing, and need no style.
  shared.dress = () => {
    delete shared.dress;
    // A constructed style sheet needs no style-src in the page's Content-Security-Policy.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    addStyles(sheet);
  };
  // A page may have a banner or placeholders of its own.
  const look = () => void (root().querySelector("[data-cy]") && shared.dress?.());
  look();
  onShown(look);
  // What is granted need not wait for words.
  activate(consent.decision);
  loadWords(shared.policy).then((words) => mountBanner(consent, { words }));
  return consent;
}

const start = (policy: Policy, options?: Options): Consent => mount(createConsent(policy, options));

// Set by hand: what the bundler writes for exports is longer than the rest of this file.
Object.assign(globalThis, {
  consentry: { createConsent, gateElements, loadConsent, mountBanner, openChoices, start },
});

// Found by its attribute: `document.currentScript` can be shadowed by markup.
const tag = root().querySelector<HTMLScriptElement>("script[data-policy]")?.dataset;
if (tag?.policy)
  loadConsent(tag.policy, { engine: tag.engine as "auto" }).then(mount, (cause) => complain("the policy could not be loaded:", cause));
