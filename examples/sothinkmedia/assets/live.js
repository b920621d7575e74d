// After an answer in place: what the page shows of the visitor's state is fetched anew, without a reload.
document.addEventListener("consentry:change", async () => {
  const live = [...document.querySelectorAll("[data-live]")];
  if (live.length === 0) return;
  const text = await fetch(location.href, { headers: { accept: "text/html" } })
    .then((response) => response.text())
    // A page that is being left gets no answer, and needs none.
    .catch(() => undefined);
  if (text === undefined) return;
  const fresh = new DOMParser().parseFromString(text, "text/html");
  for (const element of live) {
    const now = fresh.getElementById(element.id);
    if (!now) continue;
    const focused = element.contains(document.activeElement);
    element.replaceWith(document.adoptNode(now));
    // What was pressed is gone; who works by keyboard goes on where it was.
    if (focused) {
      now.tabIndex = -1;
      now.focus();
    }
  }
});
