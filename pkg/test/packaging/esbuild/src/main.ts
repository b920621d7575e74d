import { createConsent, startEngine } from "consentry/slim";
import { mountBanner } from "consentry/banner";
import "./style.css";
import { policy } from "./policy.ts";

await startEngine(fetch("/consentry.wasm"));
const consent = createConsent(policy);
mountBanner(consent);
await consent.whenGranted("statistics");
document.documentElement.dataset.granted = "statistics";
