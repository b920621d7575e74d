/** A policy whose ids the compiler knows. */
export const policy = {
  id: "corner-shop",
  categories: [{ id: "necessary" }, { id: "preferences" }, { id: "statistics" }],
  services: [
    { id: "log-analysis", category: "statistics" },
    { id: "videos", category: "preferences", own: true },
  ],
} as const;
