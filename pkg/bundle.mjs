// Called by `cargo xtask pkg`: node bundle.mjs <folder with engine.js, engine.wasm and names.json, and js/>
// Writes dist/, and into that folder page.js and bootstrap.js, and what is only measured: the glue by itself and with the module in it.
import { build, transform } from "esbuild";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
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
        // What callers of older versions of wasm-bindgen gave.
        .replace(/if \(module !== undefined\) \{.+?\n    \}\n/s, "({ module } = module);\n")
        // Safari's decoder fails after two gigabytes, more than a page ever asks.
        .replace(/ +numBytesDecoded \+= .+?\n    \}\n/s, "")
        // Texts are always written with it.
        .replace(/ +if \(realloc === undefined\) \{.+?\n    \}\n/s, "")
        .replace(/ +wasm(Instance|Module) = \w+;\n/g, "")
        // Every browser has it that has modules.
        .replace(/if \(!\('encodeInto' in cachedTextEncoder\)\) \{.+?\n\}\n/s, "")
        .replace(/^ +(\w+)(?=: function)/gm, (found, name) => imports.get(name) ?? found)
        .replace(/\bwasm\.(\w+)/g, (found, name) => (exports.has(name) ? `wasm.${exports.get(name)}` : found));
      return { contents };
    });
  },
};

/** What wasm2js made, with its glue. */
const jsGlue = {
  name: "js-glue",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /engine_bg\.wasm$/ }, () => ({ path: join(engine, "js/engine_wasm.js") }));
    onLoad({ filter: /engine_bg\.js$/ }, async ({ path }) => {
      let views = 0;
      // When this memory grows its old buffer stays as it is, instead of being detached, and the glue looks for that.
      const contents = (await readFile(path, "utf8")).replace(/if \((cached\w+Memory0) === null .*\) \{/g, (_, view) => {
        views += 1;
        return `if (${view}?.buffer !== wasm.memory.buffer) {`;
      });
      if (views !== 2) throw new Error(`the glue in ${path} has ${views} views of the memory, 2 were known`);
      return { contents };
    });
  },
};

/** The engine in JavaScript is a file beside the others, whoever asks for it. */
const besideEngine = {
  name: "beside-engine",
  setup: ({ onResolve }) => onResolve({ filter: /^js-engine$/ }, () => ({ path: "./consentry.engine.js", external: true })),
};

const shared = {
  bundle: true,
  minify: true,
  write: false,
  charset: "utf8",
  target: "es2022",
  legalComments: "none",
  logLevel: "warning",
  plugins: [assets, wasmGlue, besideEngine],
};

async function emit(options) {
  const { outputFiles } = await build({ ...shared, ...options });
  for (const { path, text } of outputFiles) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text.replace('"@wasm@"', () => latin1(wasm)));
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
    entryPoints: ["index.ts", "banner.ts", "server.ts", "slim.ts", "js.ts"].map(src),
    outdir: dist(""),
    format: "esm",
    splitting: true,
    chunkNames: "shared/[hash]",
  }),
  emit({ entryPoints: [src("classic.ts")], outfile: dist("consentry.min.js"), format: "iife", globalName: "consentry" }),
  emit({ entryPoints: [join(engine, "js/engine.js")], outfile: dist("consentry.engine.js"), format: "esm", plugins: [jsGlue] }),
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
