// Called by `cargo xtask pkg`: node bundle.mjs <folder with engine.js, engine.wasm, names.json and wasm2js.js>
// Writes dist/, and into that folder page.js, live.js, center.js and bootstrap.js, and what is only measured: the glue by itself and with the module in it.
import { build, transform } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { instantiateText } from "./wasm2js.mjs";
import { BANNER, EMBED, grownTree, wordsFiles, wordsOf } from "./words.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const engine = process.argv[2];
const src = (name) => join(here, "src", name);
const dist = (name) => join(here, "dist", name);
const wasm = await readFile(join(engine, "engine.wasm"));
/** The short names of one build mean something else in another. */
const stamp = createHash("sha256").update(wasm).update(await readFile(join(engine, "engine.js"))).digest("hex").slice(0, 8);

/** A literal that holds the bytes one character each; only what a literal cannot hold is escaped. */
function latin1(bytes) {
  const escapes = { "\0": "\\0", "\r": "\\r", "\n": "\\n", "\\": "\\\\", "'": "\\'" };
  const text = bytes.toString("latin1").replace(/[\0\r\n\\']/g, (found, at, all) =>
    // `\0` before a digit would be an octal escape.
    found === "\0" && /[0-9]/.test(all[at + 1]) ? "\\x00" : escapes[found],
  );
  return `'${text}'`;
}

// What is frequent in a module must not fall on what is escaped or takes two bytes in UTF-8: each byte is changed by one key.
const [KEY, LITERAL] = Array.from({ length: 256 }, (_, key) => [key, latin1(wasm.map((byte) => byte ^ key))])
  .sort(([, a], [, b]) => Buffer.byteLength(a) - Buffer.byteLength(b))[0];

const assets = {
  name: "assets",
  setup({ onLoad, onResolve }) {
    const made = {
      "banner/tree": () => grownTree(BANNER),
      "banner/words": () => wordsOf("en", BANNER),
      "banner/embed": async () => ({ tree: (await grownTree(EMBED)).embed, words: await wordsOf("en", EMBED) }),
    };
    onResolve({ filter: /^banner\// }, ({ path }) => ({ path, namespace: "banner" }));
    onLoad({ filter: /./, namespace: "banner" }, async ({ path }) => ({ contents: JSON.stringify(await made[path]()), loader: "json" }));
    // Without the newline at its end.
    onLoad({ filter: /\.txt$/ }, async ({ path }) => ({ contents: (await readFile(path, "utf8")).trim(), loader: "text" }));
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

/** What the generated glue can do without here: other encoders, decoders that wear out, other ways to start. */
const LEAN = {
  passStringToWasm0: `(text, malloc) {
    const bytes = cachedTextEncoder.encode(text);
    const place = malloc(WASM_VECTOR_LEN = bytes.length, 1) >>> 0;
    getUint8ArrayMemory0().set(bytes, place);
    return place;
}`,
  decodeText: "(bytes) { return cachedTextDecoder.decode(bytes); }",
  // An instance of the module, or what stands in for it.
  initSync: "(instantiate) { wasm = instantiate(__wbg_get_imports()); }",
};

/** The glue without what is not needed, and with the short names that imports and exports have in the module. */
async function trimmedGlue(path) {
  let glue = await readFile(path, "utf8");
  const edit = (what, by) => {
    if (!what.test(glue)) throw new Error(`the glue of wasm-bindgen has changed: ${what}`);
    glue = glue.replace(what, by);
  };
  for (const [name, body] of Object.entries(LEAN))
    edit(new RegExp(`function ${name}\\([\\s\\S]*?\\n}\\n`), `function ${name}${body}\n`);
  edit(/, wasm.__wbindgen_realloc/g, "");
  edit(/^cachedTextDecoder.decode\(\);\n/m, "");
  edit(/if \(!\('encodeInto' in [\s\S]*?\n}\n/, "");
  const names = JSON.parse(await readFile(join(engine, "names.json"), "utf8"));
  const module = new WebAssembly.Module(wasm);
  const imported = new Set(WebAssembly.Module.imports(module).map(({ name }) => name));
  const imports = new Map(names.imports.map(([, long, short]) => [long, short]));
  const exports = new Map(names.exports);
  edit(/"\.\/engine_bg\.js"/, '"a"');
  edit(/^ {8}(\w+)(: function[\s\S]*?\n {8}},\n)/gm, (_, name, rest) =>
    imported.has(imports.get(name)) ? `${imports.get(name)}${rest}` : "",
  );
  edit(/\bwasm\.(\w+)/g, (found, name) => (exports.has(name) ? `wasm.${exports.get(name)}` : found));
  return glue;
}

const wasmGlue = {
  name: "wasm-glue",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^wasm-glue$/ }, () => ({ path: join(engine, "engine.js") }));
    onLoad({ filter: /engine\.js$/ }, async ({ path }) => ({ contents: await trimmedGlue(path) }));
  },
};

/** The engine in JavaScript is a file beside the others, whoever asks for it. */
const besideEngine = {
  name: "beside-engine",
  setup: ({ onResolve }) => onResolve({ filter: /^js-engine$/ }, () => ({ path: "./consentry.engine.js", external: true })),
};

/** The file itself, with the names that an instance of the module has. */
async function emitJsEngine() {
  const { imports, exports } = JSON.parse(await readFile(join(engine, "names.json"), "utf8"));
  const [[, setCookie, short]] = imports;
  const names = [["set_cookie", short], ...exports].map(([name, short]) => [`SHORT.${name.replace("__wbindgen_", "")}`, short]);
  const define = Object.fromEntries([["SET_COOKIE", setCookie], ...names].map(([name, text]) => [name, JSON.stringify(text)]));
  const wasm2js = {
    name: "wasm2js",
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^wasm2js$/ }, () => ({ path: join(engine, "wasm2js.js") }));
      onLoad({ filter: /wasm2js\.js$/ }, async ({ path }) => ({ contents: await instantiateText(path, latin1) }));
    },
  };
  await emit({ entryPoints: [src("js-engine.ts")], outfile: dist("consentry.engine.js"), format: "esm", define, plugins: [wasm2js] });
}

const shared = {
  bundle: true,
  minify: true,
  write: false,
  charset: "utf8",
  target: "es2022",
  legalComments: "none",
  logLevel: "warning",
  plugins: [assets, wasmGlue, besideEngine],
  define: { KEY: String(KEY) },
};

async function put(path, text) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text.replace('"@wasm@"', () => LITERAL).replaceAll("@build@", stamp));
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
    const common = text.replace(/(from "\.[^"]*\.d\.)ts"/g, '$1cts"');
    // A module that is its words, and no object with them.
    await put(
      dist(`types/${name.replace(/ts$/, "cts")}`),
      name === "language.d.ts" ? common.replace("export default", "export =") : common,
    );
  }
}

/** A module of just the glue that the package uses. */
const used = (more = "") => ({
  contents: `export { ask, initSync, open, write_cookie } from "wasm-glue"; ${more}`,
  resolveDir: src(""),
});

/** What an entry adds to a page that has a consent and a banner already: only measured. */
const added = (name) =>
  emit({
    entryPoints: [src(`${name}.ts`)],
    outfile: join(engine, `${name}.js`),
    format: "esm",
    plugins: [
      { name: "there-already", setup: ({ onResolve }) => onResolve({ filter: /\/(consent|decision|dom|form|gate|tree)\.ts$/ }, ({ path }) => ({ path, external: true })) },
      ...shared.plugins,
    ],
  });

/** The script of a server's page, and what it fetches: by the name that src/server/assets.rs gives it. */
async function emitPageScript() {
  const [{ text }] = await emit({ entryPoints: [src("live.ts")], outfile: join(engine, "live.js"), format: "esm" });
  const LIVE = JSON.stringify(`live.${createHash("sha256").update(text).digest("hex").slice(0, 16)}.js`);
  await emit({ entryPoints: [src("page.ts")], outfile: join(engine, "page.js"), format: "iife", define: { LIVE } });
}

await rm(dist(""), { recursive: true, force: true });
await Promise.all([
  emit({
    entryPoints: ["index.ts", "banner.ts", "bridge.ts", "center.ts", "google.ts", "guard.ts", "js.ts", "microsoft.ts", "placeholders.ts", "server.ts", "slim.ts"].map(src),
    outdir: dist(""),
    format: "esm",
    splitting: true,
    chunkNames: "shared/[hash]",
  }).then(emitCommonJs),
  emitCommonJsTypes(),
  emit({ entryPoints: [src("classic.ts")], outfile: dist("consentry.min.js"), format: "iife" }),
  emitJsEngine(),
  emitPageScript(),
  ...[dist("center.min.js"), join(engine, "center.js")].map((outfile) =>
    emit({ entryPoints: [src("center.ts")], outfile, format: "iife" }),
  ),
  emit({ entryPoints: [src("bootstrap.ts")], outfile: join(engine, "bootstrap.js"), format: "iife", tsconfigRaw: {} }),
  ...["bridge", "google", "guard", "microsoft", "placeholders"].map(added),
  emit({ stdin: used(), outfile: join(engine, "glue.js"), format: "esm" }),
  emit({ stdin: used('export { inlinedBytes } from "./inlined.ts";'), outfile: join(engine, "inlined.js"), format: "esm" }),
  // The bare engine and the tree, for the tests that compare them with the native build; not published.
  emit({
    stdin: used('export { inlinedBytes } from "./inlined.ts"; export { start } from "./core.ts"; export { decide } from "./answer.ts"; export { firstAnswer, policyText } from "./first.ts"; export { flatten } from "./flat.ts"; export { render } from "./scene.ts"; export { filesOf } from "./words.ts"; export { hostOf, serviceOf } from "./hosts.ts";'),
    outfile: dist("test/engine.js"),
    format: "esm",
  }),
  emit({
    entryPoints: ["banner.css", "layouts/box.css", "layouts/center.css"].map((name) => join(here, "../src/banner", name)),
    outdir: dist(""),
    entryNames: "[name]",
    plugins: [],
  }),
]);
for (const [file, language] of await wordsFiles()) {
  const words = JSON.stringify(await wordsOf(language, [...BANNER, ...EMBED]));
  await put(dist(`words/${file}.js`), `export default ${words};\n`);
  await put(dist(`words/${file}.cjs`), `module.exports = ${words};\n`);
}
// A custom section (WebAssembly core specification, "Custom Section"): id 0, size, name, and what it says.
const section = [String.fromCharCode("consentry-build".length), "consentry-build", stamp].join("");
await writeFile(dist("consentry.wasm"), Buffer.concat([wasm, Buffer.from([0, section.length]), Buffer.from(section)]));
