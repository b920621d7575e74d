import type * as face from "../types/slim.d.ts";
import { fetchPolicy, open } from "./consent.ts";
import { start } from "./engine.ts";

export const startEngine: typeof face.startEngine = (source) =>
  start(async () => {
    const given = await source;
    if (given instanceof WebAssembly.Module) return given;
    return given instanceof Response ? WebAssembly.compileStreaming(given) : WebAssembly.compile(given);
  });

export const createConsent: typeof face.createConsent = open;

export const loadConsent: typeof face.loadConsent = async (url, options) => open(await fetchPolicy(url), options);
