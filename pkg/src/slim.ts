import type * as face from "../types/slim.d.ts";
import { fetchPolicy, open } from "./consent.ts";
import { arrival, isUsable, start } from "./engine.ts";

// The build writes it here and into a section of the module that is served.
const build = "@build@";

async function compile(source: Parameters<typeof face.startEngine>[0]): Promise<WebAssembly.Module> {
  const given = await source;
  if (given instanceof WebAssembly.Module) return given;
  return given instanceof Response ? WebAssembly.compileStreaming(given) : WebAssembly.compile(given);
}

/** What sends for the engine once it is needed. */
let send = () => {};

export const offerEngine: typeof face.offerEngine = (source) =>
  void (send = () => void (isUsable() || arrival || startEngine(source())));

export const startEngine: typeof face.startEngine = (source) =>
  start(async () => {
    const module = await compile(source);
    const [section] = WebAssembly.Module.customSections(module, "consentry-build");
    const found = section && new TextDecoder().decode(section);
    // A cache may still have the module of another release.
    if (found !== build) throw new Error(`the module is of another build, ${found}, expected ${build}`);
    return module;
  });

export const createConsent: typeof face.createConsent = (policy, options) => open(policy, options, () => send());

export const loadConsent: typeof face.loadConsent = async (url, options) => createConsent(await fetchPolicy(url), options);
