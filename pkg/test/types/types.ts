// Compiled, never run: what a page author may write, and what must not compile.
import { createConsent, loadConsent } from "consentry";
import type { Consent, Decision, Policy, Status } from "consentry";
import { gateElements, mountBanner, openChoices } from "consentry/banner";
import { inheritConsent, receiveConsent, shareConsent, shareWithFrames } from "consentry/bridge";
import { connectGoogle } from "consentry/google";
import { guardNetwork } from "consentry/guard";
import { startEngine as startJs } from "consentry/js";
import { connectClarity, connectUet } from "consentry/microsoft";
import { showPlaceholders } from "consentry/placeholders";
import { createDecider, isAllowed } from "consentry/server";
import { createConsent as createSlim, startEngine } from "consentry/slim";
import fr from "consentry/words/fr";
import zhHant from "consentry/words/zh-Hant";
import { policy } from "./policy.js";

const consent = createConsent(policy);

// Every id of the policy can be asked about, and nothing else.
const yes: boolean[] = [
  consent.allows("necessary"),
  consent.allows("statistics"),
  consent.allows("log-analysis"),
  consent.allows("videos"),
];
// @ts-expect-error: not in the policy
consent.allows("statistic");
// @ts-expect-error: not in the policy
consent.whenGranted("marketing");

// Answers are for categories and for services with a switch of their own.
const saved: Promise<void> = consent.save({ statistics: true, videos: false });
consent.withdraw(["preferences", "log-analysis"]);
// @ts-expect-error: always there
consent.withdraw(["necessary"]);
// @ts-expect-error: follows its category
consent.save({ "log-analysis": true });
// @ts-expect-error: always there
consent.save({ necessary: false });
// @ts-expect-error: a choice is yes or no
consent.save({ statistics: "yes" });
// @ts-expect-error: not in the policy
consent.withdraw(["marketing"]);

const stop: () => void = consent.subscribe((decision, before) => {
  const status: Status = decision.ids["log-analysis"].status;
  // @ts-expect-error: not in the policy
  decision.ids.marketing;
  const asked: ("necessary" | "preferences" | "statistics" | "log-analysis" | "videos")[] | undefined =
    before.prompt?.ids;
  return void [status, asked];
});

// A literal is const by itself.
const inline = createConsent({ id: "a", categories: [{ id: "statistics" }] });
inline.allows("statistics");
// @ts-expect-error: not in the policy
inline.allows("statistic");

// The policy itself is checked.
// @ts-expect-error: categories have ids
createConsent({ id: "a", categories: [{ name: "Statistics" }] });
// @ts-expect-error: a policy has an id
createConsent({ categories: [] });
// @ts-expect-error: not a kind of regime
createConsent({ id: "a", categories: [], regimes: [{ id: "eu", kind: "opt" }] });
// @ts-expect-error: the decision is not to be replaced
consent.decision = inline.decision;

// A policy that comes from elsewhere has ids of any name.
declare const fetched: Policy;
const loose: Consent = createConsent(fetched);
loose.allows("anything");
loose.save({ anything: true });
loadConsent("/privacy-choices/policy.json", { region: "FR" }).then((loaded: Consent) => loaded.allows("anything"));

// What takes any consent takes a typed one.
mountBanner(consent, { css: "/banner.css" }).unmount();
openChoices(consent);

// Words of another language, for the banner or in the policy.
mountBanner(consent, { words: fr }).unmount();
const direction: "ltr" | "rtl" = zhHant.dir;
createConsent({ id: "a", locale: "zh-Hant", categories: [{ id: "statistics" }], words: zhHant });
// @ts-expect-error: all words of a language, or in the policy
mountBanner(consent, { words: { accept: "Oui" } });
gateElements(consent)();
showPlaceholders(consent)();
showPlaceholders(consent, { words: fr })();

const ends: (() => void)[] = [
  connectGoogle(consent, { layer: "layer" }),
  connectGoogle(loadConsent("/policy.json")),
  connectUet(consent),
  shareConsent(consent, new Worker("/worker.js")),
  shareConsent(consent, new MessageChannel().port1),
  shareWithFrames(consent, ["https://shop.example"]),
  gateElements(receiveConsent(new MessageChannel().port2)),
  gateElements(inheritConsent(["https://shop.example"])),
  guardNetwork(consent, { log: true }),
  guardNetwork(loadConsent("/policy.json"), { policy }),
  connectClarity(consent),
];
// @ts-expect-error: not a signal
createConsent({ id: "a", categories: [], signals: { ads: ["marketing"] } });

const decide = createDecider(policy);
const decision: Decision = decide({ cookies: "a=b", gpc: true });
isAllowed(decide({}), "statistics");
// @ts-expect-error: not in the policy
isAllowed(decide({}), "statistic");

startEngine(fetch("/consentry.wasm")).then((usable: boolean) => usable && createSlim(policy).allows("statistics"));

// Which engine decides is chosen where it is started.
createConsent(policy, { engine: "js" });
const started: Promise<boolean> = startJs();
// @ts-expect-error: no engine
createConsent(policy, { engine: "rust" });
// @ts-expect-error: startEngine chooses
createSlim(policy, { engine: "js" });

export { decision, direction, ends, saved, started, stop, yes };
