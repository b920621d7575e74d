import { createConsent } from "consentry";
import { mountBanner } from "consentry/banner";
import "consentry/js";
import "consentry/banner.css";
import { policy } from "./policy.js";

const consent = createConsent(policy);
mountBanner(consent);
consent.whenGranted("statistics").then(() => {
  document.documentElement.dataset.granted = "statistics";
});
