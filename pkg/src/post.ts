import type { Decision } from "../types/index.d.ts";

export interface Answer {
  policy: string;
  version: number;
  act: string;
  /** How it was given: "banner", "choices", "script", or "gpc-override". */
  method: string;
  asked: readonly string[];
  on: readonly string[];
}

/** Sends an answer to the site's own server, which replies with its new decision. */
export async function post(endpoint: string, answer: Answer): Promise<Decision> {
  const response = await fetch(endpoint, {
    method: "POST",
    mode: "same-origin",
    // The answer still arrives when the visitor leaves the page at once.
    keepalive: true,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(answer),
  });
  if (!response.ok) throw new Error(`${endpoint} answered ${response.status}`);
  return response.json();
}
