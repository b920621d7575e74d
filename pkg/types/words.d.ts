/** The library's own words in one language: the default export of each `consentry/words/<language>`. */
export interface Words {
  /** The language tag. */
  readonly locale: string;
  readonly dir: "ltr" | "rtl";
  readonly [word: string]: string;
}

declare const words: Words;
export default words;
