declare module "*.css" {
  /** The minified text of the style sheet. */
  const text: string;
  export default text;
}

declare module "*.txt" {
  const text: string;
  export default text;
}

/** The parts of src/banner/tree.txt that the script grows; see words.mjs. */
declare module "banner/tree" {
  type Node = string | readonly Node[];
  const parts: { readonly [part: string]: readonly Node[] };
  export default parts;
}

/** The part of the tree and the words that placeholders have; see words.mjs. */
declare module "banner/embed" {
  type Node = string | readonly Node[];
  const embed: { readonly tree: readonly Node[]; readonly words: { readonly [word: string]: string } };
  export default embed;
}

/** The words that the script shows, in English; see words.mjs. */
declare module "banner/words" {
  const words: { readonly [word: string]: string };
  export default words;
}
