import consentry = require("consentry");
import { gateElements, mountBanner, openChoices } from "consentry/banner";
import { createDecider, isAllowed, type Decision, type Status } from "consentry/server";
import js = require("consentry/js");
import slim = require("consentry/slim");
import fr = require("consentry/words/fr");
import "consentry/banner.css";
import "consentry/center.css";
import "consentry/center";

const consent = consentry.createConsent({ id: "corner-shop", categories: [{ id: "statistics" }] });
consent.allows("statistics");
// @ts-expect-error: not in the policy
consent.allows("marketing");
mountBanner(consent, { css: "/banner.css", words: fr }).unmount();
openChoices(consent);
gateElements(consent)();

const decide = createDecider({ id: "corner-shop", categories: [{ id: "statistics" }] });
const decision: Decision = decide({ cookies: null });
export const status: Status | undefined = decision.ids["statistics"]?.status;
// @ts-expect-error: not in the policy
isAllowed(decide({}), "marketing");

export const loaded: Promise<consentry.Consent> = consentry.loadConsent("/policy.json");
export const started: Promise<boolean> = slim.startEngine(fetch("/consentry.wasm"));
export const startedInJs: Promise<boolean> = js.startEngine();
