// The page of every lane: a text of twelve sections, the same but for what a lane adds to it.
const paragraph = "Everything for your table, from the mill around the corner to the coffee of the week. ";
const section = (_, at) => `<section><h2>Section ${at + 1}</h2><p>${paragraph.repeat(4 + (at % 3))}</p>
<ul><li>One</li><li>Two</li></ul></section>`;
const sections = Array.from({ length: 12 }, section).join("\n");

/** `marker.js` says when the first deferred script runs, `known.js` is the last one. */
export const page = ({ name, head, body }) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Corner shop</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<style>body{margin:2rem auto;max-width:60rem;font:1rem/1.6 system-ui,sans-serif}</style>
<script src="/marker.js" defer></script>
${head}
<script src="/${name}/known.js" defer></script></head>
<body><h1>Corner shop</h1>
${sections}
${body}
</body></html>
`;

export const marker = "window.markerAt = performance.now();";

export const gated = "window.ranAt ??= performance.now(); window.ran = (window.ran ?? 0) + 1;";

/** On a visitor's return: when the choice is known, and whether it was at once. What is not is looked at every few ms. */
export const known = ({ known = "true" }) => `if (location.hash === "#return") {
  let looks = 0;
  const look = () => {
    looks++;
    let yes = false;
    try { yes = ${known}; } catch {}
    if (yes) { window.knownAt = performance.now(); window.knownAtOnce = looks === 1; }
    else if (looks < 500) setTimeout(look, 1);
  };
  look();
}`;
