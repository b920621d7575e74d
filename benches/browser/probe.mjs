// What watches from inside a page. Only timings come from pages it is in; processor time and memory are measured without.

/** Put into a page before anything else, as text. Times are those of `performance.now()`. */
export function probe(banner) {
  const now = () => performance.now();
  const seen = { shift: 0, long: 0, longest: 0, wasm: 0 };
  window.seen = seen;
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) seen.shift += value;
  }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      seen.long++;
      seen.longest = Math.max(seen.longest, duration);
    }
  }).observe({ type: "longtask", buffered: true });

  for (const name of ["Module", "compile", "compileStreaming", "instantiate", "instantiateStreaming"]) {
    const count = () => void seen.wasm++;
    WebAssembly[name] = new Proxy(WebAssembly[name], {
      apply: (target, self, args) => (count(), Reflect.apply(target, self, args)),
      construct: (target, args) => (count(), Reflect.construct(target, args)),
    });
  }

  // When the cookies became others after a click.
  const jar = Object.getOwnPropertyDescriptor(Document.prototype, "cookie");
  Object.defineProperty(Document.prototype, "cookie", {
    ...jar,
    set(text) {
      const before = jar.get.call(this);
      jar.set.call(this, text);
      if (seen.pressed && !seen.written && jar.get.call(this) !== before) seen.written = now();
    },
  });
  window.press = (button) => {
    const before = document.cookie;
    seen.pressed = now();
    button.click();
    seen.inOwnTask = document.cookie !== before;
  };

  const find = () => banner && document.querySelector(banner);
  const watch = new MutationObserver(() => {
    if (!find()) return;
    seen.inPage = now();
    watch.disconnect();
  });
  watch.observe(document, { childList: true, subtree: true });

  const isOpaque = (element) => {
    for (; element; element = element.parentElement) if (getComputedStyle(element).opacity < 1) return false;
    return true;
  };
  let last;
  const frame = () => {
    const box = find();
    let place;
    if (box?.checkVisibility({ visibilityProperty: true })) {
      const { x, y, width, height } = box.getBoundingClientRect();
      if (width && height && x < innerWidth && y < innerHeight && x + width > 0 && y + height > 0) {
        seen.visible ??= now();
        if (isOpaque(box)) place = [x, y, width, height].join();
      }
    }
    // Two frames that are alike; the second one counts.
    if (place && place === last) seen.still = now();
    else requestAnimationFrame(frame);
    last = place;
  };
  requestAnimationFrame(frame);
}

/** What is wrong with an element as a button that can be seen and pressed; nothing if it is one. */
export function fault(selector) {
  const button = document.querySelector(selector);
  if (!button?.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return `${selector} is not visible`;
  const { x, y, width, height } = button.getBoundingClientRect();
  const hit = document.elementFromPoint(x + width / 2, y + height / 2);
  return button.contains(hit) ? "" : `${selector} is covered or out of sight`;
}
