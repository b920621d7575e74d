// Whatever is built uses nothing that makes markup or script out of a text.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";

const sinks = [
  /\b(inner|outer)HTML\b/,
  /insertAdjacentHTML|setHTMLUnsafe|parseHTMLUnsafe|createContextualFragment|DOMParser/,
  /document\s*\.\s*write/,
  /\beval\b|\bnew\s+Function\b|[^\w.]Function\(/,
  /setAttribute(NS)?\(\s*["'`]on/i,
  // An assignment; the name by itself is also in the list of what elements wait with.
  /\.srcdoc\s*=[^=>]/,
  /javascript:/i,
  /set(Timeout|Interval)\(\s*["'`]/,
  /importScripts/,
];

const dist = new URL("../dist/", import.meta.url);
const assets = new URL("../../src/server/assets/", import.meta.url);
const scripts = async (folder) =>
  (await readdir(folder, { recursive: true }))
    .filter((name) => /\.c?js$/.test(name) && !name.startsWith("test/"))
    .map((name) => new URL(name, folder));

const files = [...(await scripts(dist)), ...(await scripts(assets))];

test("all that is built is looked at", () => {
  const names = files.map(({ pathname }) => pathname.split("/").at(-1));
  for (const name of ["index.js", "banner.js", "consentry.min.js", "consentry.engine.js", "page.js", "live.js", "bootstrap.js"])
    assert.ok(names.includes(name), name);
});

for (const file of files)
  test(`no sink in ${file.pathname.split("/").slice(-2).join("/")}`, async () => {
    const text = await readFile(file, "utf8");
    for (const sink of sinks) {
      const found = sink.exec(text);
      assert.equal(found, null, `${sink}: ${text.slice(found?.index - 40, found?.index + 40)}`);
    }
  });

test("what markup can shadow is not asked where the script is", async () => {
  for (const file of await scripts(dist)) assert.doesNotMatch(await readFile(file, "utf8"), /currentScript/, file.pathname);
});

test("each sink is found where it is", () => {
  const bad = [
    "a.innerHTML=b",
    "a.insertAdjacentHTML(b,c)",
    "document.write(a)",
    "eval(a)",
    'a.setAttribute("onclick",b)',
    "a.srcdoc=b",
    'a.href="javascript:b"',
    'setTimeout("a")',
    "importScripts(a)",
  ];
  assert.deepEqual(
    bad.map((text, place) => sinks[place].test(text)),
    bad.map(() => true),
  );
});
