// The engine in JavaScript, a file of its own: what wasm2js made of the module, with the exports that an instance of it has.
import instantiate from "wasm2js";

/** The names that imports and exports have in the module. The build puts them here. */
declare const SHORT: Record<"memory" | "ask" | "open" | "write_cookie" | "malloc" | "free" | "set_cookie", string>;
/** The name of its only import where it has not become short. */
declare const SET_COOKIE: string;

export const build = "@build@";

/** What makes the engine, for the scripts of the same build: to others its names mean something else. */
export function of(wanted: string): (imports: WebAssembly.Imports) => WebAssembly.Exports {
  if (wanted !== build) throw new Error(`consentry.engine.js is of another build, ${build}, expected ${wanted}`);
  return (imports) => {
    // There are no references to objects and no double results in it.
    let cookies: unknown;
    const set = (_: number, place: number, length: number) =>
      (imports.a![SHORT.set_cookie] as Function)(cookies, place, length);
    const core = instantiate({ "./engine_bg.js": { [SET_COOKIE]: set } });
    return {
      [SHORT.memory]: core.memory,
      [SHORT.open]: core.open,
      [SHORT.malloc]: core.__wbindgen_export,
      [SHORT.free]: core.__wbindgen_export3,
      [SHORT.ask](policy: number, place: number, length: number) {
        const results = core.__wbindgen_add_to_stack_pointer(-16);
        core.ask(results, policy, place, length);
        core.__wbindgen_add_to_stack_pointer(16);
        return new Int32Array(core.memory.buffer, results, 2);
      },
      [SHORT.write_cookie](document: unknown, place: number, length: number) {
        cookies = document;
        core.write_cookie(0, place, length);
      },
    };
  };
}
