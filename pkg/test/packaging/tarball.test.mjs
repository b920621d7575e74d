// What is in the packed package, and what is not.
import assert from "node:assert/strict";
import { readFile, readdir, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, posix, sep } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { pack, project, run } from "./install.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const { archive, files } = await pack();
const { folder, versions } = await project("checks", archive);
const installed = join(folder, "node_modules/consentry");
const read = (path) => readFile(join(installed, path), "utf8");
const manifest = JSON.parse(await read("package.json"));

/** Every file that an entry of `exports` can lead to. */
const targets = (entry) => {
  if (typeof entry !== "string") return Object.values(entry).flatMap(targets);
  const [start, end] = entry.slice(2).split("*");
  return end === undefined ? [start] : files.filter((path) => path.startsWith(start) && path.endsWith(end));
};
const scripts = files.filter((path) => /\.c?js$/.test(path));

test("it holds its entries, what they import, and what a reader looks for: nothing else", async () => {
  const wanted = new Set(["README.md", "LICENSE-APACHE", "LICENSE-MIT"]);
  const pictures = Array.from((await read("README.md")).matchAll(/\]\((images\/[^)]+)\)/g), ([, path]) => path);
  const queue = [...targets(manifest.exports), ...pictures];
  for (let path; (path = queue.pop()); ) {
    if (wanted.has(path)) continue;
    wanted.add(path);
    if (!/\.(c?js|d\.c?ts)$/.test(path)) continue;
    const imports = (await read(path)).matchAll(/(?:\bfrom|\bimport|\brequire\()\s*"(\.\.?\/[^"]+)"/g);
    queue.push(...Array.from(imports, ([, found]) => posix.join(posix.dirname(path), found)));
  }
  assert.deepEqual(files.toSorted(), [...wanted].sort());
});

test("its licences are those of the repository", async () => {
  for (const name of ["LICENSE-APACHE", "LICENSE-MIT"])
    assert.equal(await read(name), await readFile(join(here, "../../..", name), "utf8"));
});

test("every entry is there for `import` and for `require`, with types for both", async () => {
  const entries = Object.entries(manifest.exports).filter(([name]) => !/\.\w+$/.test(name.slice(1)));
  assert.ok(entries.length > 0);
  for (const [name, entry] of entries) {
    assert.match(entry.types, /\.d\.ts$/, name);
    assert.match(entry.default, /\.js$/, name);
    assert.match(entry.require?.types, /\.d\.cts$/, name);
    assert.match(entry.require?.default, /\.cjs$/, name);
  }
});

test("its scripts are ES2022 and import nothing from elsewhere", async () => {
  const acorn = createRequire(join(folder, "package.json"))("acorn");
  for (const path of scripts) {
    const text = await read(path);
    const classic = path.endsWith(".cjs") || path.endsWith(".min.js");
    const { body } = acorn.parse(text, { ecmaVersion: 2022, sourceType: classic ? "script" : "module" });
    const sources = body.flatMap(({ source }) => (source ? [source.value] : []));
    if (path.endsWith(".cjs"))
      sources.push(...Array.from(text.matchAll(/\brequire\((.*?)\)/g), ([, name]) => JSON.parse(name)));
    for (const source of sources) assert.match(source, /^\.\.?\//, path);
    assert.doesNotMatch(text, /["']node:|\bprocess\.|\bBuffer\b/, path);
    // The plain script gets the words of other languages, and the engine in JavaScript, from beside itself.
    const dynamic = { "dist/consentry.min.js": 2, "dist/js.js": 1, "dist/js.cjs": 1 };
    assert.equal([...text.matchAll(/\bimport\(/g)].length, dynamic[path] ?? 0, path);
  }
});

/** A page's bundle of the given code, with the installed package. */
async function bundled(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: folder },
    bundle: true,
    minify: true,
    write: false,
    charset: "utf8",
    format: "esm",
    // That a bare import does nothing is what is looked into.
    logLevel: "silent",
  });
  return outputFiles[0].text;
}

test("a bundle has what its page uses, and no more", async () => {
  const { size } = await stat(join(installed, "dist/consentry.wasm"));
  const tree = "section.cy-bar";

  const nothing = ["consentry", "consentry/banner", "consentry/server", "consentry/slim"];
  assert.equal(await bundled(nothing.map((name) => `import ${JSON.stringify(name)};`).join("")), "");

  // Its import is all that a page need do, so it has to stay.
  assert.match(await bundled('import "consentry/js";'), /consentry\.engine\.js is of another build/);

  const asked = await bundled('export { isAllowed } from "consentry/server";');
  assert.ok(asked.length < 1000, `isAllowed alone is ${asked.length} characters`);

  const decider = await bundled('export { createDecider } from "consentry/server";');
  assert.ok(decider.length > size, "the server's entry has no module in it");
  assert.ok(!decider.includes(tree), "the server's entry has the banner in it");
  assert.ok(decider.length < size + 15_000, `the decider is ${decider.length} characters, its module ${size} bytes`);

  const slim = await bundled('export * from "consentry/slim"; export * from "consentry/banner";');
  assert.ok(slim.includes(tree));
  // A character of the module is a byte of it, or more.
  assert.ok(slim.length < size, "the slim entry has the module in it");
});

test("publint has nothing to say", async (t) => {
  t.diagnostic(versions);
  await run(folder, process.execPath, "node_modules/publint/src/cli.js", "run", archive, "--strict");
});

test("are the types wrong? They are not", async () => {
  // Left out: `moduleResolution: node10`, which knows no `exports` and so finds the first entry only, and the files
  // that no TypeScript imports.
  const untyped = ["consentry.min.js", "consentry.engine.js", "center.min.js", "consentry.wasm"];
  const args = ["--profile", "node16", "--exclude-entrypoints", ...untyped];
  await run(folder, process.execPath, "node_modules/@arethetypeswrong/cli/dist/index.js", archive, ...args);
});

test("the README's code is that of these projects", async () => {
  const lines = new Set();
  for (const path of await readdir(here, { recursive: true })) {
    // The tests themselves are no project.
    if (!path.includes(sep) || !(await stat(join(here, path))).isFile()) continue;
    for (const line of (await readFile(join(here, path), "utf8")).split("\n")) lines.add(line.trim());
  }
  // Its pages are run as they stand there, by test/browser/readme.test.mjs.
  const blocks = [...(await read("README.md")).matchAll(/^```(?!html)\w+\n(.*?)^```/gms)];
  assert.ok(blocks.length > 0);
  for (const [, code] of blocks) for (const line of code.split("\n")) assert.ok(lines.has(line.trim()), line);
});
