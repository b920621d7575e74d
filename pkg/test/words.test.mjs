// The words of other languages as files, and which of them is for whom.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { filesOf } from "../dist/test/engine.js";

const folder = new URL("../dist/words/", import.meta.url);
const read = async (file) => (await import(new URL(file, folder).href)).default;
const source = new URL("../../src/banner/words/", import.meta.url);
const languages = (await readdir(source)).filter((name) => name.endsWith(".txt")).map((name) => name.slice(0, -4));
const first = (tags) => [...filesOf(tags)][0]?.[1];

test("a page asks for the file that the server would take the words of", async () => {
  const { cases } = JSON.parse(await readFile(new URL("../../tests/vectors/languages.json", import.meta.url), "utf8"));
  for (const { name, tag, language } of cases) {
    const file = first(tag);
    const found = await read(`${file}.js`).catch(() => null);
    assert.equal(found?.locale ?? null, language, `${name}: ${tag} has the file ${file}`);
  }
  assert.ok(cases.length > 30);
});

test("every language is found by its own tag, in capitals and with a region too", async () => {
  for (const language of languages)
    for (const tag of [language, language.toUpperCase(), `${language}-x-private`])
      assert.equal((await read(`${first(tag)}.js`)).locale, language, tag);
  assert.equal(languages.length, 42);
});

test("a browser's languages are tried in their order", () => {
  const files = [...filesOf(["gl-ES", "pt-BR", "", "zh-HK", "en-GB", "sr-Latn"])].map(([, file]) => file);
  assert.deepEqual(files, ["gl", "pt-br", "zh-hk", "en", "sr"]);
});

test("every file has all words that the script shows, and its language's direction", async () => {
  const english = await read("en.js");
  assert.ok(english.accept === "Accept all" && Object.keys(english).length > 20);
  const rightToLeft = [];
  for (const file of (await readdir(folder)).filter((name) => name.endsWith(".js"))) {
    const words = await read(file);
    assert.deepEqual(Object.keys(words), Object.keys(english), file);
    const lines = (await readFile(new URL(`${words.locale}.txt`, source), "utf8")).split("\n");
    for (const [name, text] of Object.entries(words))
      assert.ok(["locale", "dir"].includes(name) || lines.includes(`${name} ${text}`), `${file}: ${name}`);
    if (words.dir === "rtl") rightToLeft.push(file);
  }
  assert.deepEqual(rightToLeft, ["ar.js", "fa.js", "he.js", "iw.js", "prs.js"]);
});

test("bundlers get them by their tags", async () => {
  for (const tag of ["fr", "pt-BR", "zh-Hans", "zh-Hant", "nb"])
    assert.equal((await import(`consentry/words/${tag}`)).default.locale, tag);
});

test("no language but English is in the scripts, and of English no word that nothing shows", async () => {
  const scripts = await Promise.all(
    ["consentry.min.js", "banner.js", "placeholders.js"].map((file) => readFile(new URL(`../${file}`, folder), "utf8")),
  );
  const shared = new URL("../shared/", folder);
  for (const file of await readdir(shared)) scripts.push(await readFile(new URL(file, shared), "utf8"));
  const all = scripts.join("\n");
  const texts = async (language) =>
    (await readFile(new URL(`${language}.txt`, source), "utf8")).trim().split("\n").map((line) => /(\S+) (.+)/.exec(line).slice(1));
  const shown = await read("en.js");
  for (const [name, text] of await texts("en"))
    // What is shorter stands in the scripts for other reasons.
    if (text.length > 11) assert.equal(all.includes(text), name in shown, `${name}: ${text}`);
  for (const language of languages.filter((language) => language !== "en"))
    for (const [name, text] of await texts(language))
      if (text.length > 24) assert.ok(!all.includes(text), `${language}: ${name}`);
});
