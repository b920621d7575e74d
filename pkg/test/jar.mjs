/** Cookies in memory, as a page has them in `document.cookie`. */
export function memoryJar(cookies = {}) {
  const kept = new Map(Object.entries(cookies));
  const ages = new Map();
  return {
    read: () => [...kept].map(([name, value]) => `${name}=${value}`).join("; "),
    write(name, value, maxAge) {
      kept.set(name, value);
      ages.set(name, maxAge);
    },
    delete: (name) => void kept.delete(name),
    names: () => [...kept.keys()],
    age: (name) => ages.get(name),
  };
}
