import { createConsent, loadConsent, type Consent, type Decision, type Status } from "consentry";
import { gateElements, mountBanner, openChoices } from "consentry/banner";
import { createDecider, isAllowed, withFirstVisit } from "consentry/server";
import { startEngine as startJs } from "consentry/js";
import { offerEngine, startEngine } from "consentry/slim";
import "consentry/banner.css";

const consent = createConsent({ id: "corner-shop", categories: [{ id: "statistics" }] });
consent.allows("statistics");
// @ts-expect-error: not in the policy
consent.allows("marketing");
mountBanner(consent, { css: "/banner.css" }).unmount();
openChoices(consent);
gateElements(consent)();

const decide = createDecider({ id: "corner-shop", categories: [{ id: "statistics" }] });
const decision: Decision = decide({ cookies: null });
export const status: Status | undefined = decision.ids["statistics"]?.status;
// @ts-expect-error: not in the policy
isAllowed(decide({}), "marketing");

const compiled = withFirstVisit({ id: "corner-shop", categories: [{ id: "statistics" }] });
createConsent(compiled).allows("statistics");
// @ts-expect-error: not in the policy
createConsent(compiled).allows("marketing");

export const loaded: Promise<Consent> = loadConsent("/policy.json");
export const started: Promise<boolean> = startEngine(fetch("/consentry.wasm"));
offerEngine(() => fetch("/consentry.wasm"));
export const startedInJs: Promise<boolean> = startJs();
