// The engine as it is shipped, without the store around it. Works in Node and, served from pkg/, in a browser.
import { Engine as Core, initSync, inlinedBytes } from "../dist/test/engine.js";

initSync({ module: inlinedBytes() });

const facts = 6;

/** The engine with the facts before the arguments of each call, so that a case is one line. */
export class Engine {
  constructor(policy) {
    this.core = new Core(policy);
  }

  call(name, args) {
    const [cookies, cookie, sealed, gpc, region, now] = args;
    this.core.see(cookies, cookie, sealed, gpc, region ?? "", now);
    return this.core[name](...args.slice(facts));
  }

  decide(...args) {
    return this.call("decide", args);
  }

  act(...args) {
    return this.call("act", args);
  }

  persist(...args) {
    return this.call("persist", args);
  }

  clear(...args) {
    return this.call("clear", args);
  }

  max_age(value, region, now) {
    return this.call("max_age", ["", "", false, false, region, now, value]);
  }

  free() {
    this.core.free();
  }
}

/** What a call returns, as text: `!` and the message where it throws. */
export function outcome(call) {
  try {
    return call() ?? null;
  } catch (error) {
    return `!${error.message}`;
  }
}
