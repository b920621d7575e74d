// Called by `cargo xtask screenshots`: the pictures of the layouts in the package's README, in pkg/images.
import { createServer } from "node:http";
import { mkdir, readFile } from "node:fs/promises";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { policy } from "../policy.mjs";

const file = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const extras = {
  bar: "",
  box: '<link rel="stylesheet" href="/dist/box.css">',
  center: '<link rel="stylesheet" href="/dist/center.css"><script src="/dist/center.min.js" defer></script>',
};
const text = "<p>Everything for your table, from the mill around the corner to the coffee of the week.</p>".repeat(9);
const page = (layout) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Corner shop</title>
<meta name="color-scheme" content="light dark"><style>body{font:1rem/1.6 system-ui,sans-serif;margin:2rem}</style>
${extras[layout]}<script src="/dist/consentry.min.js" defer></script><script src="/start.js" defer></script></head>
<body><h1>Corner shop</h1>${text}</body></html>`;

const server = createServer(async ({ url }, response) => {
  const type = { js: "text/javascript; charset=utf-8", css: "text/css" }[url.split(".").at(-1)] ?? "text/html; charset=utf-8";
  response.setHeader("content-type", type);
  if (url === "/start.js") response.end(`consentry.start(${JSON.stringify(policy)})`);
  else response.end(url.startsWith("/dist/") ? await readFile(file(url.slice(1))) : page(url.slice(1)));
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
await mkdir(file("images"), { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
for (const [layout, colorScheme] of [["bar", "light"], ["box", "dark"], ["center", "light"]]) {
  const shot = await browser.newPage({ viewport: { width: 960, height: 480 }, colorScheme });
  await shot.goto(`http://127.0.0.1:${server.address().port}/${layout}`);
  await shot.waitForSelector("[data-cy=prompt]");
  const path = file(`images/${layout}.png`);
  await shot.screenshot({ path });
  console.log(`wrote ${path}`);
}
await browser.close();
server.close();
server.closeAllConnections();
