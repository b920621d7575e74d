/** The library's own words in one language. */
export interface Words {
  /** The language tag. */
  readonly locale: string;
  readonly dir: "ltr" | "rtl";
  readonly [word: string]: string;
}
