// Called by `cargo xtask pkg`: node bundle.mjs <folder with engine.js, engine.wasm and names.json>
// Writes dist/, and into that folder page.js and bootstrap.js, and what is only measured: the glue by itself and with the module in it.
import { build, transform } from "esbuild";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const engine = process.argv[2];
const src = (name) => join(here, "src", name);
const dist = (name) => join(here, "dist", name);
const wasm = await readFile(join(engine, "engine.wasm"));

/** A literal that holds the bytes one character each; only what a literal cannot hold is escaped. */
function latin1(bytes) {
  const escapes = { "\0": "\\0", "\r": "\\r", "\n": "\\n", "\\": "\\\\", "'": "\\'" };
  const text = bytes.toString("latin1").replace(/[\0\r\n\\']/g, (found, at, all) =>
    // `\0` before a digit would be an octal escape.
    found === "\0" && /[0-9]/.test(all[at + 1]) ? "\\x00" : escapes[found],
  );
  return `'${text}'`;
}

const assets = {
  name: "assets",
  setup({ onLoad }) {
    // A tree or words: without the newline at its end.
    onLoad({ filter: /\.txt$/ }, async ({ path }) => ({ contents: (await readFile(path, "utf8")).trim(), loader: "text" }));
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

/** The glue, with the short names that its imports and exports have in the module. */
const wasmGlue = {
  name: "wasm-glue",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^wasm-glue$/ }, () => ({ path: join(engine, "engine.js") }));
    onLoad({ filter: /engine\.js$/ }, async ({ path }) => {
      const names = JSON.parse(await readFile(join(engine, "names.json"), "utf8"));
      const imports = new Map(names.imports.map(([, long, short]) => [long, short]));
      const exports = new Map(names.exports);
      const glue = await readFile(path, "utf8");
      const contents = glue
        .replace('"./engine_bg.js"', '"a"')
        .replace(/^ +(\w+)(?=: function)/gm, (found, name) => imports.get(name) ?? found)
        .replace(/\bwasm\.(\w+)/g, (found, name) => (exports.has(name) ? `wasm.${exports.get(name)}` : found));
      return { contents };
    });
  },
};

const shared = {
  bundle: true,
  minify: true,
  write: false,
  charset: "utf8",
  target: "es2022",
  legalComments: "none",
  logLevel: "warning",
  plugins: [assets, wasmGlue],
};

async function put(path, text) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text.replace('"@wasm@"', () => latin1(wasm)));
}

async function emit(options) {
  const { outputFiles } = await build({ ...shared, ...options });
  for (const { path, text } of outputFiles) await put(path, text);
  return outputFiles;
}

/** The same files for `require`, one by one: so its entries share one engine and one store too. */
async function emitCommonJs(modules) {
  const { charset, minify, target } = shared;
  for (const { path, text } of modules) {
    // The platform makes esbuild list the exports in a way that Node finds when an ES module imports such a file.
    const { code } = await transform(text, { charset, minify, target, format: "cjs", platform: "node" });
    await put(path.replace(/js$/, "cjs"), code.replace(/(\brequire\("\.[^"]*\.)js"/g, '$1cjs"'));
  }
}

/** The types for importers that are CommonJS, to whom a `.d.ts` in this package would be that of an ES module. */
async function emitCommonJsTypes() {
  const types = join(here, "types");
  for (const name of (await readdir(types)).filter((name) => name.endsWith(".d.ts"))) {
    const text = await readFile(join(types, name), "utf8");
    await put(dist(`types/${name.replace(/ts$/, "cts")}`), text.replace(/(from "\.[^"]*\.d\.)ts"/g, '$1cts"'));
  }
}

/** A module of just the glue that the package uses. */
const used = (more = "") => ({
  contents: `export { ask, initSync, open, read_cookies, write_cookie } from "wasm-glue"; ${more}`,
  resolveDir: src(""),
});

await rm(dist(""), { recursive: true, force: true });
await Promise.all([
  emit({
    entryPoints: ["index.ts", "banner.ts", "server.ts", "slim.ts"].map(src),
    outdir: dist(""),
    format: "esm",
    splitting: true,
    chunkNames: "shared/[hash]",
  }).then(emitCommonJs),
  emitCommonJsTypes(),
  emit({ entryPoints: [src("classic.ts")], outfile: dist("consentry.min.js"), format: "iife", globalName: "consentry" }),
  emit({ entryPoints: [src("page.ts")], outfile: join(engine, "page.js"), format: "iife" }),
  emit({ entryPoints: [src("bootstrap.ts")], outfile: join(engine, "bootstrap.js"), format: "iife", tsconfigRaw: {} }),
  emit({ stdin: used(), outfile: join(engine, "glue.js"), format: "esm" }),
  emit({ stdin: used('export { inlinedBytes } from "./inlined.ts";'), outfile: join(engine, "inlined.js"), format: "esm" }),
  // The bare engine and the tree, for the tests that compare them with the native build; not published.
  emit({
    stdin: used('export { inlinedBytes } from "./inlined.ts"; export { start } from "./core.ts"; export { render } from "./scene.ts";'),
    outfile: dist("test/engine.js"),
    format: "esm",
  }),
  emit({ entryPoints: [join(here, "../src/banner/banner.css")], outfile: dist("banner.css"), plugins: [] }),
]);
await cp(join(engine, "engine.wasm"), dist("consentry.wasm"));
