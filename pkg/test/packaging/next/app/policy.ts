import type { Policy } from "consentry";

export const policy = {
  id: "corner-shop",
  // The same name for the page and the server, on http too.
  cookie: "privacy",
  categories: [{ id: "statistics", name: "Statistics", purpose: "Count visits." }],
} as const satisfies Policy;
