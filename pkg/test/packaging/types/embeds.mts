import { createConsent } from "consentry";
import { mountBanner } from "consentry/banner";
import { showPlaceholders } from "consentry/placeholders";

const policy = { id: "corner-shop", categories: [{ id: "marketing", name: "Marketing" }] } as const;
const consent = createConsent(policy);
mountBanner(consent);
showPlaceholders(consent);
