import type { Words } from "./words.d.ts";

/** What each `consentry/words/<language>` is. */
declare const words: Words;
export default words;
