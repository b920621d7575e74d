import { loadConsent } from "consentry";
import { guardNetwork } from "consentry/guard";

guardNetwork(loadConsent("/policy.json"), { log: true });
addEventListener("consentry:blocked", (event) => console.log((event as CustomEvent).detail.url));
