// The engine in JavaScript, for who wants it: the other entries know nothing of its file, so that bundlers leave it out.
import type * as face from "../types/js.d.ts";
import { offer, start } from "./engine.ts";

offer(() => import("js-engine").then(({ of }) => of("@build@")));

export const startEngine: typeof face.startEngine = () => start(() => Promise.reject(), "js");
