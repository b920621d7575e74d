// The engines as they are shipped, without the store around them. Works in Node and, served from pkg/, in a browser.
import * as js from "../dist/consentry.engine.js";
import * as wasm from "../dist/test/engine.js";

const { initSync, inlinedBytes, start } = wasm;
initSync({ module: inlinedBytes() });

const facts = 6;

/** An engine with the facts before the arguments of each call, so that a case is one line. */
class Engine {
  constructor(policy, engine) {
    this.core = start(policy, engine);
  }

  ask(question, args) {
    const [cookies, cookie, sealed, gpc, region, now] = args;
    return this.core(question, { cookies, cookie, sealed, gpc, region: region ?? "", now }, ...args.slice(facts));
  }

  decide(...args) {
    return this.ask("decide", args);
  }

  act(...args) {
    const [act, method, version, asked, granted, inPage] = args.slice(facts);
    const given = [`${method} ${version}`, asked, granted, inPage ? "in page" : ""];
    return this.ask(act, [...args.slice(0, facts), ...given]) || undefined;
  }

  persist(...args) {
    return this.ask("persist", args) || undefined;
  }

  clear(...args) {
    return this.ask("clear", args).trimEnd();
  }

  max_age(value, region, now) {
    return Number(this.ask("age", ["", "", false, false, region, now, value]));
  }
}

const build = (engine) =>
  class extends Engine {
    constructor(policy) {
      super(policy, engine);
    }
  };

/** The builds of the one core, by name. */
export const builds = { wasm: build(wasm), js: build(js) };

/** What a call returns, as text: `!` and the message where it throws. */
export function outcome(call) {
  try {
    return call() ?? null;
  } catch (error) {
    return `!${error.message}`;
  }
}
