import { loadConsent } from "consentry";
import { gateElements } from "consentry/banner";
import { inheritConsent } from "consentry/bridge";
import { shareConsent, shareWithFrames } from "consentry/bridge";

const consent = await loadConsent("/policy.json");
shareConsent(consent, new Worker("/worker.js", { type: "module" }));
shareWithFrames(consent, ["https://video.shop.example"]);

const told = inheritConsent(["https://www.shop.example"]);
gateElements(told);
await told.whenGranted("statistics");
