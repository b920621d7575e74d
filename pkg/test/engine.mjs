// The engines as they are shipped, without the store around them. Works in Node and, served from pkg/, in a browser.
import { build, of } from "../dist/consentry.engine.js";
// Each is a module of its own, with an engine of its own.
import * as js from "../dist/test/engine.js?js";
import * as wasm from "../dist/test/engine.js?wasm";

wasm.initSync((imports) => new WebAssembly.Instance(new WebAssembly.Module(wasm.inlinedBytes()), imports).exports);
js.initSync(of(build));

const facts = 6;
const factsOf = ([cookies, cookie, sealed, gpc, region, now]) => ({ cookies, cookie, sealed, gpc, region: region ?? "", now });

/** An engine with the facts before the arguments of each call, so that a case is one line. */
class Engine {
  constructor(policy, { decide, firstAnswer, flatten, policyText, start }) {
    this.policy = policy;
    this.firstAnswer = (gpc) => firstAnswer(policy, policyText(policy), gpc);
    this.decideWith = decide;
    this.core = start(flatten(policy), true);
  }

  ask(question, args) {
    return this.core(question, factsOf(args), ...args.slice(facts));
  }

  /** Whether something optional is granted on a first visit. */
  grants(gpc) {
    return this.decide("", "privacy", false, gpc, "", 0).includes('"granted"');
  }

  decide(...args) {
    return JSON.stringify(this.decideWith(this.policy, this.core("decide", factsOf(args)), factsOf(args)));
  }

  act(...args) {
    const [act, method, version, asked, granted, inPage] = args.slice(facts);
    const given = [`${method} ${version}`, asked, granted, inPage ? "in page" : ""];
    return this.ask(act, [...args.slice(0, facts), ...given]) || undefined;
  }

  persist(...args) {
    return this.ask("persist", args) || undefined;
  }

  merge(...args) {
    return this.ask("merge", args) || undefined;
  }

  clear(...args) {
    return this.ask("clear", args).trimEnd();
  }

  max_age(value, region, now) {
    return Number(this.ask("age", ["", "", false, false, region, now, value]));
  }
}

const on = (engine) =>
  class extends Engine {
    constructor(policy) {
      super(policy, engine);
    }
  };

/** The builds of the one core, by name. */
export const builds = { wasm: on(wasm), js: on(js) };

/** What a call returns, as text: `!` and the message where it throws. */
export function outcome(call) {
  try {
    return call() ?? null;
  } catch (error) {
    return `!${error.message}`;
  }
}
