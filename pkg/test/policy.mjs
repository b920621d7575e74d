/** A compiled policy as a static site would write it. */
export const policy = {
  format: 1,
  id: "corner-shop",
  version: 1,
  locale: "en",
  categories: [
    { id: "preferences", name: "Preferences", purpose: "Remember your settings." },
    { id: "statistics", name: "Statistics", purpose: "Count visits." },
    { id: "marketing", name: "Marketing", purpose: "Show what may interest you.", uses: ["share"] },
  ],
  services: [
    { id: "basket", category: "necessary", name: "Basket", cookies: ["basket"] },
    { id: "log-analysis", category: "statistics", name: "Log analysis", cookies: ["_ls", "_ls_*"], facts: ["Cookies: _ls (30 d)"] },
    { id: "videos", category: "marketing", own: true, name: "Videos" },
  ],
};

/** The same at its second version, which asks again about statistics. */
export const changed = {
  ...policy,
  version: 2,
  categories: policy.categories.map((category) =>
    category.id === "statistics" ? { ...category, since: 2 } : category,
  ),
  services: policy.services.map((service) => (service.id === "log-analysis" ? { ...service, since: 2 } : service)),
  changes: [{ version: 2, kind: "ask", touches: ["statistics"], summary: "Visits are counted for a year." }],
};
