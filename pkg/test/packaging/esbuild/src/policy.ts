import type { Policy } from "consentry";

export const policy = {
  id: "corner-shop",
  categories: [{ id: "statistics", name: "Statistics", purpose: "Count visits." }],
} as const satisfies Policy;
