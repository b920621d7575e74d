import { createConsent } from "consentry";
import { mountBanner } from "consentry/banner";
import fr from "consentry/words/fr";

const policy = { id: "corner-shop", locale: "fr", categories: [{ id: "statistics", name: "Statistiques" }] } as const;
mountBanner(createConsent(policy), { words: fr });
