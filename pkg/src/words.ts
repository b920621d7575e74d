// The words of another language: a file beside the script, of which only the wanted one travels.
import type { Policy } from "../types/index.d.ts";
import type { Words } from "../types/words.d.ts";
import { root } from "./dom.ts";

/** The names of the files for language tags, best first. Files have the other names of a language too; see words.mjs. */
export const filesOf = (tags: string | readonly string[]): IterableIterator<RegExpMatchArray> =>
  `${tags}`.toLowerCase().matchAll(/(zh-(hant|hk|mo|tw)|pt-br|[a-z]+)[^,]*/g);

/**
 * The words in the language of the policy's texts, else of the page, else of the browser. Nothing where those are in
 * English, which the script has, where the policy has words of its own, and where there are none.
 */
export async function loadWords({ locale, words }: Policy): Promise<Words | undefined> {
  for (const [, file] of filesOf(words ? "" : locale || root().lang || navigator.languages)) {
    if (file === "en") break;
    // By an address that the bundler does not look into: relative to the script, wherever a site has put it.
    const address = `./words/${file}.js`;
    try {
      return (await import(address)).default;
    } catch {}
  }
  return;
}
