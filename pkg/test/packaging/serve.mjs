// Servers for what a project has built: files as a plain host hands them out, or the project's own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { after } from "node:test";
import { env } from "./install.mjs";

const types = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** Serves a folder on a loopback port of its own, each response with these headers. Returns the origin. */
export async function serveFolder(folder, headers = {}) {
  const server = createServer(async ({ url }, response) => {
    const { pathname } = new URL(url, "http://localhost");
    // Browsers ask for one by themselves.
    if (pathname === "/favicon.ico") return response.writeHead(204).end();
    const path = normalize(pathname === "/" ? "/index.html" : pathname);
    const file = await readFile(join(folder, path)).catch(() => undefined);
    const type = types[extname(path)] ?? "application/octet-stream";
    response.writeHead(file ? 200 : 404, { "content-type": type, ...headers }).end(file);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

/** Starts a project's own server, a script of Node that takes a port and says when it is ready. Returns the origin. */
export async function startServer(folder, script, ...args) {
  const child = spawn(process.execPath, [script, ...args, "--port", "0"], { cwd: folder, env });
  after(() => child.kill());
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (printed += text));
  const origin = await new Promise((resolve, reject) => {
    child.stdout.on("data", () => {
      const found = /http:\/\/localhost:(\d+)/.exec(printed);
      if (found && /ready/i.test(printed)) resolve(`http://127.0.0.1:${found[1]}`);
    });
    child.on("exit", (code) => reject(new Error(`the server ended with ${code}: ${printed}`)));
  });
  return { origin, printed: () => printed };
}
