// The answer forms, taken over in place: no reload, the focus kept, the outcome announced.
import { body, root } from "./dom.ts";
import type { Answer } from "./post.ts";

const read = (form: HTMLFormElement, act: string): Answer => {
  const data = new FormData(form);
  const text = (name: string) => String(data.get(name) ?? "");
  return {
    policy: text("policy"),
    version: Number(text("version")),
    act,
    method: text("method") || "banner",
    asked: text("asked").split(" ").filter(Boolean),
    on: data.getAll("on").map(String),
  };
};

/**
 * Calls `answer` instead of submitting the forms in the boxes selected. Its failure is told in the box. `cameFrom` is what
 * had the focus before, if it is in one already.
 */
export function takeOver(
  boxes: string,
  answer: (answer: Answer, form: HTMLFormElement) => Promise<unknown>,
  until: AddEventListenerOptions = {},
  cameFrom: EventTarget | null = null,
): void {
  const page = root();
  const boxOf = (target: EventTarget | null) => (target instanceof Element ? target.closest(boxes) : null);

  page.addEventListener(
    "focusin",
    ({ target, relatedTarget }: FocusEvent) => {
      if (boxOf(target) && !boxOf(relatedTarget)) cameFrom = relatedTarget;
    },
    until,
  );

  page.addEventListener(
    "submit",
    async (event: SubmitEvent) => {
      const form = event.target as HTMLFormElement;
      const button = event.submitter;
      const box = boxOf(form);
      if (!box || event.defaultPrevented) return;
      event.preventDefault();
      // Enter in a field presses the first button, which is hidden and no answer.
      if (box.ariaBusy || button?.getAttribute("name") !== "act") return;
      const status = box.querySelector<HTMLElement>(".cy-status");
      if (status) status.textContent = "";
      box.ariaBusy = "true";
      let text;
      try {
        await answer(read(form, button.getAttribute("value") ?? ""), form);
        text = status?.dataset.saved;
      } catch (cause) {
        console.error("consentry: the answer was not saved:", cause);
        text = status?.dataset.failed;
      }
      box.ariaBusy = null;
      if (!box.isConnected && !page.querySelector(":focus") && cameFrom instanceof HTMLElement) cameFrom.focus();
      // The tree has both texts with each form.
      if (status && text) announce(status, text);
    },
    until,
  );
}

/** Says it where the visitor is; for screen readers only, when what they answered is gone. */
export function announce(status: HTMLElement, text: string): void {
  const gone = !status.isConnected;
  if (gone) {
    status.style.cssText = "position:absolute;clip-path:inset(50%)";
    body()?.append(status);
  }
  // A live region is read out when its text changes after it got into the page.
  setTimeout(() => (status.textContent = text), 100);
  if (gone) setTimeout(() => status.remove(), 5000);
}
