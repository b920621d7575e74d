/** FNV-1a in 32 bits, and the length: tells one text from another where nobody means harm. As in src/policy/compiled.rs. */
export function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (let place = 0; place < text.length; place++) hash = Math.imul(hash ^ text.charCodeAt(place), 0x1000193);
  return `${hash}.${text.length}`;
}
