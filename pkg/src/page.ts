// The script of a page whose server runs consentry, as far as a page needs one before somebody answers: no engine, the
// server decides. What answers in place is fetched only when somebody comes near a form, or when there is something to do.
import { complain, isPrerendered, root } from "./dom.ts";
import { BOXES, type Live } from "./live.ts";
import { join } from "./tabs.ts";

/** The name of the file that src/live.ts becomes. The build puts it in. */
declare const LIVE: string;

const page = root();
const script = Reflect.get(Document.prototype, "currentScript", document) as HTMLScriptElement | null;
const mount = script?.src.replace(/\/assets\/[^/]*$/, "") ?? "";
// Of a page for one visitor the server says what is granted; of one for all its first script does.
const granted = script?.dataset.granted ?? page.dataset.consent;

let live: Promise<Live | void> | undefined;
/** Whether forms are no longer this script's concern. */
let isOver = false;
/** What had the focus before it went into a box. */
let cameFrom: EventTarget | null;

const wake = () =>
  (live ??= import(`${mount}/assets/${LIVE}`)
    .then(({ begin }) => begin({ mount, granted, reload: script?.dataset.reload, cameFrom, tellOthers }) as Live)
    .catch((cause) => complain("answers are sent with a reload:", cause))
    .finally(() => (isOver = true)));
const ask = () => void wake().then((live) => live?.ask());
const tellOthers = join(ask);

const isNear = (target: EventTarget | null) => target instanceof Element && target.closest(BOXES);

page.addEventListener("pointerover", ({ target }) => void (isNear(target) && wake()));
page.addEventListener("focusin", ({ target, relatedTarget }) => {
  if (!isNear(target)) return;
  if (!isNear(relatedTarget)) cameFrom = relatedTarget;
  wake();
});
page.addEventListener("submit", (event) => {
  const { submitter, target } = event;
  if (isOver || !isNear(target) || event.defaultPrevented) return;
  event.preventDefault();
  // In place if it can be, and if not then as where no script runs.
  wake().then(() => (target as HTMLFormElement).requestSubmit(submitter));
});

// What was answered meanwhile, a page from the back/forward cache does not know.
addEventListener("pageshow", ({ persisted }) => persisted && ask());
if (isPrerendered()) addEventListener("prerenderingchange", ask, true);
// What the first script could not know, the server does.
if (page.dataset.consentAsk !== undefined) ask();
// Elements that come later may be allowed.
else if (granted) wake();
