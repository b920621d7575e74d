// What bundle.mjs makes of wasm2js's output: a module whose only export makes an instance of the engine.
import { readFile } from "node:fs/promises";

/**
 * The text of that module. It grows its memory as WebAssembly does, its data are texts instead of base64, and it has no
 * view of its memory that it does not use.
 */
export async function instantiateText(path, latin1) {
  let text = await readFile(path, "utf8");
  const edit = (what, by) => {
    if (text.search(what) < 0) throw new Error(`the output of wasm2js has changed: ${what}`);
    text = text.replace(what, by);
  };
  edit(/^import .+\n/, "");
  edit(/^var retasmFunc = [\s\S]+/m, "export default asmFunc;\n");
  edit(/ +var base64ReverseLookup = [\s\S]+?\n  }\n(?=function)/, "");
  edit(/base64DecodeToExistingUint8Array\(bufferView, (\d+), "(.+)"\)/g, (_, place, base64) =>
    `put(bufferView, ${place}, ${latin1(Buffer.from(base64, "base64"))})`,
  );
  edit(/^/, "function put(view, place, text) { for (let at = 0; at < text.length; at++) view[place + at] = text.charCodeAt(at); }\n");
  // A grown memory leaves its old buffer detached (WebAssembly JavaScript Interface, "refresh the Memory buffer"), by which
  // the glue knows that its view is stale.
  edit(/(?= +buffer = newBuffer;)/, "structuredClone(buffer, { transfer: [buffer] });\n");
  // One that cannot grow says so.
  edit(/return oldPages;/, "return newPages < 65536 ? oldPages : -1;");
  for (const [, name] of text.matchAll(/^ var (HEAP\w+|Math_\w+|nan|infinity) = /gm))
    if (!new RegExp(`\\b${name}[[(.]|set\\(${name}\\)|= ${name};`).test(text)) edit(new RegExp(`^ +(var )?${name} = .+\n`, "gm"), "");
  if (text.match(/ var fimport\$\d+ = /g)?.length !== 1) throw new Error("the engine in JavaScript has another import than one");
  return text;
}
