// One server for all lanes, so that they differ in nothing that is not theirs: everything compressed alike, what does
// not change cached alike. What our own server answers goes through it too.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent, createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import { GATED } from "./lanes.mjs";
import { gated, known, marker, page } from "./page.mjs";

const types = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
};
const FOREVER = "public, max-age=31536000, immutable";

const compressed = new Map();
/** As a server with files compressed beforehand sends them; each text once. */
export function brotli(body) {
  const key = body.toString("latin1");
  if (!compressed.has(key)) {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 };
    compressed.set(key, brotliCompressSync(body, { params }));
  }
  return compressed.get(key);
}

/** The site that has the layer around its page, as a process of its own. */
async function startSite(lane, binary) {
  const folder = await mkdtemp(join(tmpdir(), "browser-bench-"));
  const file = join(folder, "page.html");
  await writeFile(file, page(lane));
  const categories = fileURLToPath(new URL("categories.json", import.meta.url));
  const site = spawn(binary, [categories, file], { stdio: ["ignore", "pipe", "inherit"] });
  process.on("exit", () => site.kill());
  const ended = once(site, "exit").then(([code]) => Promise.reject(new Error(`the site ended with ${code}`)));
  const [line] = await Promise.race([once(createInterface({ input: site.stdout }), "line"), ended]);
  ended.catch(() => {});
  await rm(folder, { recursive: true });
  return { origin: line.replace("listening on ", ""), stop: () => site.kill() };
}

/**
 * Serves each lane under its name. `take()` says what was sent for the lane since it was last asked: in `requests` and
 * `bytes`, with what was put into its page, and without what every lane has.
 */
export async function serve(lanes, binary) {
  const withSite = lanes.find(({ site }) => site);
  const site = withSite && (await startSite(withSite, binary));
  const agent = new Agent({ keepAlive: true });
  let sent = [];

  const fixed = new Map([["/marker.js", marker], [GATED, gated]]);
  for (const lane of lanes) {
    fixed.set(`/${lane.name}/known.js`, known(lane));
    if (!lane.site) fixed.set(`/${lane.name}/`, page(lane));
  }
  const own = new Map();
  for (const { name, files, start } of lanes) {
    for (const [file, body] of files) own.set(`/${name}/${file}`, body);
    if (start) own.set(`/${name}/start.js`, Buffer.from(start));
  }

  const answer = (response, path, body, cache) => {
    const coded = brotli(body);
    const type = types[path.split(".").at(-1)] ?? types.html;
    response.writeHead(200, {
      "content-type": type,
      "content-encoding": "br",
      "content-length": coded.length,
      "cache-control": cache,
    });
    response.end(coded);
    return coded.length;
  };

  const pass = async (incoming, response, path) => {
    const { "accept-encoding": _, connection: __, ...headers } = incoming.headers;
    const outgoing = request(site.origin + path, { method: incoming.method, headers, agent });
    incoming.pipe(outgoing);
    const [reply] = await once(outgoing, "response");
    const chunks = [];
    for await (const chunk of reply) chunks.push(chunk);
    let body = Buffer.concat(chunks);
    const { "transfer-encoding": ___, connection: ____, ...more } = reply.headers;
    if (incoming.method === "GET" && body.length) {
      body = brotli(body);
      more["content-encoding"] = "br";
      const had = path === "/" ? brotli(Buffer.from(page(withSite))).length : 0;
      sent.push({ path, bytes: body.length - had });
    }
    response.writeHead(reply.statusCode, { ...more, "content-length": body.length }).end(body);
  };

  /** Where our own site has it; nothing if that is not its business. */
  const ofSite = (pathname, url) => {
    if (!site) return undefined;
    if (pathname === `/${withSite.name}/`) return "/";
    return pathname.split("/")[1] === "privacy-choices" ? url : undefined;
  };

  const server = createServer((incoming, response) => {
    const { pathname } = new URL(incoming.url, "http://localhost");
    const there = ofSite(pathname, incoming.url);
    if (there) {
      pass(incoming, response, there).catch((cause) => response.destroy(cause));
    } else if (fixed.has(pathname)) {
      const cache = pathname.endsWith("/known.js") ? FOREVER : "no-store";
      answer(response, pathname, Buffer.from(fixed.get(pathname)), cache);
    } else if (own.has(pathname)) {
      sent.push({ path: pathname, bytes: answer(response, pathname, own.get(pathname), FOREVER) });
    } else {
      response.writeHead(404).end();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    take() {
      const taken = sent;
      sent = [];
      return taken;
    },
    stop() {
      site?.stop();
      agent.destroy();
      server.close();
      server.closeAllConnections();
    },
  };
}
