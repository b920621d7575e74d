// What the engine said of the same question before, kept by the browser: a page of a visitor who has answered knows the
// decision from it, and starts no engine until something is to be answered.

const NAME = "consentry";

/** The answer to a question: what was said last if that was the same one, else what `ask` says. */
export function said(question: string, ask: () => string | undefined): string | undefined {
  // FNV-1a in 32 bits, and the length: so nothing of the visitor's consent is kept twice.
  let hash = 0x811c9dc5;
  for (let place = 0; place < question.length; place++) hash = Math.imul(hash ^ question.charCodeAt(place), 0x1000193);
  const key = `${hash}.${question.length} `;
  let kept: string | null | undefined;
  try {
    kept = localStorage.getItem(NAME);
  } catch {
    // Where nothing is kept the engine says it again.
  }
  if (kept?.startsWith(key)) return kept.slice(key.length);
  const answer = ask();
  if (answer) keep(key + answer);
  return answer;
}

export const forgetSaid = (): void => keep("");

function keep(text: string): void {
  try {
    localStorage.setItem(NAME, text);
  } catch {}
}
