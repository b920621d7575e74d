// The place of an embed that waits: a box of its size beside it, while it is hidden itself. So nothing moves, neither now
// nor when it wakes.
import { create } from "./dom.ts";

const sides = (name: string) => ["top", "right", "bottom", "left"].map((side) => name.replace("*", side));

const GEOMETRY = [
  ..."position float clear box-sizing width height min-width min-height max-width max-height aspect-ratio".split(" "),
  ..."vertical-align flex-grow flex-shrink flex-basis order align-self justify-self".split(" "),
  ..."grid-row-start grid-row-end grid-column-start grid-column-end border-radius".split(" "),
  ...["*", "margin-*", "padding-*", "border-*-width"].flatMap(sides),
];

export interface Place {
  box: HTMLElement;
  /** Takes the embed's size anew, as after the style sheets say something else of it. */
  fit(): void;
  /** Gives the place back. */
  leave(): void;
}

/** Takes the place of an element, unless nobody would see it there. */
export function takePlace(unit: HTMLElement): Place | undefined {
  const sized = unit.matches("picture") ? unit.querySelector("img") : unit;
  if (!sized || getComputedStyle(unit).display === "none") return;
  const { display } = getComputedStyle(sized);
  const box = create("div");
  const before = [unit.style.getPropertyValue("display"), unit.style.getPropertyPriority("display")] as const;
  const leave = () => {
    box.remove();
    unit.style.setProperty("display", ...before);
    if (!unit.getAttribute("style")) unit.removeAttribute("style");
  };
  const fit = () => {
    // Without a box of its own, an element tells its style as stated: `100%` where that is so (CSSOM, "resolved value").
    const style = getComputedStyle(sized);
    const { height, position, width } = style;
    for (const name of GEOMETRY) box.style.setProperty(name, style.getPropertyValue(name));
    if (position === "static") box.style.position = "relative";
    box.style.display = /^inline/.test(display) ? "inline-block" : "block";
    // What has no size of its own gets this one (CSS Images, "default object size").
    if (width === "auto") box.style.width = "300px";
    // A player without a picture is too low for a text.
    if (sized.matches("audio")) box.style.height = "auto";
    else if (height === "auto" && style.aspectRatio === "auto") box.style.height = "150px";
  };
  box.className = sized.matches("audio") ? "cy-embed cy-grows" : "cy-embed";
  unit.style.setProperty("display", "none", "important");
  fit();
  const { aspectRatio, height, width } = getComputedStyle(sized);
  // An image tells its size only when it is there.
  const isUnknown = sized.matches("img") && (width === "auto" || (height === "auto" && aspectRatio === "auto"));
  if (isUnknown || [width, height].some((length) => /^[01]px$/.test(length))) return void leave();
  unit.before(box);
  return { box, fit, leave };
}
