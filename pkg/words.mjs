// The library's own words as they travel: those of src/banner/words/ that the script shows, a file a language.
import { readdir, readFile } from "node:fs/promises";

const banner = new URL("../src/banner/", import.meta.url);
const aliases = new URL("../src/policy/aliases.txt", import.meta.url);

/** The parts of the tree that scripts grow: of each bundle neither the others nor the words in them are built in. */
export const BANNER = ["prompt", "notice", "choices"];
export const EMBED = ["embed"];

const lines = async (url) => (await readFile(url, "utf8")).trim().split("\n");

/** What is indented under the first line of `rest` at least that deep: each a line, or a list of a line and what is under it. */
function nodes(rest, depth = 0) {
  const found = [];
  while (rest.length && rest[0].search(/\S/) >= depth) {
    const line = rest.shift().trim();
    const inside = nodes(rest, depth + 1);
    found.push(inside.length ? [line, ...inside] : line);
  }
  return found;
}

/** The parts of the tree that are grown, and those that they have in them. */
export async function grownTree(grown) {
  const text = (await lines(new URL("tree.txt", banner))).join("\n");
  const parts = Object.fromEntries(text.split(/^@/m).filter(Boolean).map((part) => /^(\w+)\n(.*)/s.exec(part).slice(1)));
  const wanted = new Set(grown);
  // A set visits what is added to it on the way.
  for (const name of wanted) for (const [, inner] of parts[name].matchAll(/^ *\+(\w+)$/gm)) wanted.add(inner);
  return Object.fromEntries([...wanted].map((name) => [name, nodes(parts[name].trimEnd().split("\n"))]));
}

/** The words of a language that are shown with these parts, with its tag and direction. */
export async function wordsOf(language, grown) {
  const tree = JSON.stringify(await grownTree(grown));
  const all = (await lines(new URL(`words/${language}.txt`, banner))).map((line) => /(\S+) (.+)/.exec(line).slice(1));
  const locale = new Intl.Locale(language);
  const { direction } = locale.getTextInfo?.() ?? locale.textInfo;
  return { locale: language, dir: direction, ...Object.fromEntries(all.filter(([name]) => tree.includes(`{${name}}`))) };
}

/**
 * The language of each file name: of a language's own in small letters, and of its other names, so that a page asks for
 * one file and needs no table.
 */
export async function wordsFiles() {
  const names = await readdir(new URL("words/", banner));
  const languages = names.filter((name) => name.endsWith(".txt")).map((name) => name.slice(0, -".txt".length));
  const files = new Map(languages.map((language) => [language.toLowerCase(), language]));
  for (const line of await lines(aliases)) {
    const [name, ...others] = line.split(" ");
    const file = name.toLowerCase();
    if (!files.has(file)) files.set(file, others.find((other) => languages.includes(other)));
  }
  return files;
}
