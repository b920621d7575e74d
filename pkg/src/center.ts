// Makes the banner modal, for the layout in the middle of the page (src/banner/layouts/center.css). A banner that lies over
// the page without being modal would hide what the keyboard's focus is on (WCAG 2.2, 2.4.11).
//   import "consentry/center"; or <script src="center.min.js" defer></script>
import { body, create, root } from "./dom.ts";

const prompt = "[data-cy=prompt]";

function adopt(): void {
  const bar = root().querySelector<HTMLElement>(prompt);
  if (!bar || bar.closest("dialog")) return;
  const dialog = create("dialog");
  dialog.className = "cy-center";
  // The dialog has the role and the name from here on.
  bar.removeAttribute("role");
  dialog.setAttribute("aria-labelledby", bar.getAttribute("aria-labelledby") ?? "");
  bar.before(dialog);
  dialog.append(bar);
  const title = bar.querySelector<HTMLElement>(".cy-title");
  if (title) {
    // Not on the first button: nobody should accept by pressing Enter on what just came up.
    title.tabIndex = -1;
    title.autofocus = true;
  }
  // Once it is answered, nothing is left in it. Esc closes it and decides nothing: the next page asks again.
  new MutationObserver(() => {
    if (dialog.querySelector(prompt)) return;
    // Closing gives the focus back to where it was.
    dialog.close();
    dialog.remove();
  }).observe(dialog, { childList: true });
  dialog.showModal();
}

const watch = (): void => {
  adopt();
  const page = body();
  if (page) new MutationObserver(adopt).observe(page, { childList: true });
};

if (body()) watch();
else addEventListener("DOMContentLoaded", watch);
