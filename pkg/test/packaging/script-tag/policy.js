export const policy = {
  id: "corner-shop",
  categories: [{ id: "statistics", name: "Statistics", purpose: "Count visits." }],
};
