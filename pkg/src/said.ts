// What the engine said of the same question before, kept by the browser: a page of a visitor who has answered knows the
// decision from it, and starts no engine until something is to be answered.

import { digest } from "./digest.ts";

const NAME = "consentry";

/** The answer to a question: what was said last if that was the same one, else what `ask` says. */
export function said(question: string, ask: () => string | undefined): string | undefined {
  // So nothing of the visitor's consent is kept twice.
  const key = digest(question) + " ";
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
