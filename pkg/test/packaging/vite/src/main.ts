import { createConsent } from "consentry";
import { mountBanner } from "consentry/banner";
import "consentry/banner.css";
import { policy } from "./policy.ts";

const consent = createConsent(policy);
mountBanner(consent);
await consent.whenGranted("statistics");
document.documentElement.dataset.granted = "statistics";
