// The engine's module as a Latin-1 string: a quarter smaller than base64 once compressed.
// The build puts it where the mark stands, after minifying. The file must be served as UTF-8.
const text = "@wasm@";
/** Each byte is changed by it, so that few are escaped or take two bytes in UTF-8. The build chooses it. */
declare const KEY: number;

export function inlinedBytes(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i) ^ KEY;
  return bytes;
}
