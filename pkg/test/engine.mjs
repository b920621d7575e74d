// The engine as it is shipped, without the store around it. Works in Node and, served from pkg/, in a browser.
import { decide, initSync, inlinedBytes, start } from "../dist/test/engine.js";

initSync(new WebAssembly.Module(inlinedBytes()));

const facts = 6;
const factsOf = ([cookies, cookie, sealed, gpc, region, now]) => ({ cookies, cookie, sealed, gpc, region: region ?? "", now });

/** The engine with the facts before the arguments of each call, so that a case is one line. */
export class Engine {
  constructor(policy) {
    this.policy = policy;
    this.core = start(policy, true);
  }

  ask(question, args) {
    return this.core(question, factsOf(args), ...args.slice(facts));
  }

  decide(...args) {
    return JSON.stringify(decide(this.policy, this.core, factsOf(args)));
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

/** What a call returns, as text: `!` and the message where it throws. */
export function outcome(call) {
  try {
    return call() ?? null;
  } catch (error) {
    return `!${error.message}`;
  }
}
