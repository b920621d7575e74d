import { createConsent } from "consentry";
import { mountBanner } from "consentry/banner";
import "consentry/js";
import "consentry/banner.css";

const consent = createConsent({
  id: "corner-shop",
  categories: [{ id: "statistics", name: "Statistics", purpose: "Count visits." }],
});
mountBanner(consent);
await consent.whenGranted("statistics");
console.log("counting");
