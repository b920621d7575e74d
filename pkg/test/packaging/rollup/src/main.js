import { createConsent } from "consentry";
import { mountBanner } from "consentry/banner";
import "consentry/js";
import { policy } from "./policy.js";

const consent = createConsent(policy);
mountBanner(consent, { css: "/banner.css" });
await consent.whenGranted("statistics");
document.documentElement.dataset.granted = "statistics";
