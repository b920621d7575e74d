// Requests no browser of a visitor sends: none brings the example site down, none grants anything.
import assert from "node:assert/strict";
import { request } from "node:http";
import { test } from "node:test";
import { startSite } from "../browser/site-server.mjs";

const origin = await startSite();
const host = new URL(origin).host;
const ours = { host, origin, "sec-fetch-site": "same-origin" };
const form = "application/x-www-form-urlencoded";
const answer = "policy=sothinkmedia&version=1&asked=statistics+marketing&act=accept";

/** `fetch` would not send such headers. */
function send(path, { method = "GET", headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const sent = request(origin + path, { method, headers, agent: false }, (response) => {
      let text = "";
      response.on("data", (part) => (text += part));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    // A server that does not read a huge body to its end may hang up on it.
    sent.on("error", (cause) => (body?.length > 65_536 ? resolve({ status: 0, headers: {}, text: "" }) : reject(cause)));
    sent.end(body);
  });
}

const post = (path, body, headers = {}) =>
  send(path, { method: "POST", headers: { ...ours, "content-type": form, ...headers }, body });

function harmless({ status, headers }, what) {
  assert.ok(status < 500, `${what}: ${status}`);
  for (const cookie of headers["set-cookie"] ?? []) assert.doesNotMatch(cookie, /\/\+|^_cs=\w|^offer=\w|^theme=\w/, what);
}

const visited = ["/", "/activity", "/cookies", "/inspector", "/privacy", "/account", "/appearance", "/embed/tour", "/nowhere"];
const mounted = ["", "/decision", "/policy.json", "/history", "/export", "/assets/nothing.js"];
const paths = [...visited, ...mounted.map((path) => `/privacy-choices${path}`)];

test("64 KiB of cookies, duplicated names and broken ones", async () => {
  const now = Date.now();
  const forged = `1.sothinkmedia.1.${now}.ib/+statistics/+marketing/+preferences`;
  const many = Array.from({ length: 2_000 }, (_, i) => `privacy=${forged}${i}`).join("; ");
  for (const cookie of [
    "a".repeat(65_536),
    `privacy=${"a".repeat(65_000)}`,
    many.slice(0, 65_536),
    `privacy=${forged}`,
    `privacy=${forged}.k1.${"A".repeat(43)}`,
    `privacy=${forged}; privacy=${forged}; privacy=; __Host-privacy=${forged}`,
    "privacy=1.sothinkmedia.4294967296.0.ib/+statistics",
    "privacy=2.sothinkmedia.1.1.ib/+statistics",
    "=; ;; privacy; \u00e9=\u00ff; _cs=../../etc; offer=<script>; theme=dark",
  ])
    for (const path of paths) {
      const what = `${path} with ${cookie.slice(0, 40)}`;
      const response = await send(path, { headers: { host, cookie } });
      harmless(response, what);
      if (path.endsWith("/decision")) {
        const { ids } = JSON.parse(response.text);
        for (const [id, { status }] of Object.entries(ids)) assert.notEqual(status, "granted", `${what}: ${id}`);
      }
    }
  const { text } = await send("/activity", { headers: { host } });
  assert.match(text, /<span id="held">0<\/span>/);
});

test("bodies that are too large, cut short or of another kind", async () => {
  const json = "application/json";
  for (const path of ["/privacy-choices", "/account", "/appearance/choose", "/activity/erase", "/admin/publish"])
    for (const [body, type] of [
      [`${answer}&on=${"a".repeat(9_000)}`, form],
      ["a".repeat(200_000), form],
      ["\xff\xfe%zz=%00&&&===", form],
      ["", form],
      ["act=accept", form],
      ["{", json],
      [`{"policy":"sothinkmedia","version":1,"act":"accept","asked":["statistics"],"on":${"[".repeat(5_000)}`, json],
      [`{"policy":"sothinkmedia","version":1e99,"act":"accept","asked":["statistics"],"on":[]}`, json],
      ["anything", "multipart/form-data; boundary=x"],
      ["<xml/>", "text/xml"],
    ]) {
      if (path === "/admin/publish" && type === form) continue; // That one is meant to work: see the other files.
      harmless(await post(path, body, { "content-type": type }), `${path} ${type} ${body.slice(0, 30)}`);
    }
  assert.equal((await post("/privacy-choices", `${answer}&x=${"a".repeat(9_000)}`)).status, 413);
  assert.equal((await post("/account", `act=read&code=${"a".repeat(9_000)}`)).status, 413);
});

test("an answer from another site is refused, whatever it says it is", async () => {
  for (const headers of [
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "none" },
    { "sec-fetch-site": undefined, origin: "https://evil.example" },
    { "sec-fetch-site": undefined, origin: "null" },
    { "sec-fetch-site": undefined, origin: `http://${host}.evil.example` },
    { "sec-fetch-site": undefined, origin: undefined },
  ]) {
    const all = Object.fromEntries(Object.entries({ ...ours, ...headers }).filter(([, value]) => value));
    for (const path of ["/privacy-choices", "/account", "/appearance/choose", "/activity/erase", "/admin/publish"]) {
      const what = `${path} ${JSON.stringify(headers)}`;
      const response = await send(path, { method: "POST", headers: { ...all, "content-type": form }, body: answer });
      assert.equal(response.status, 403, what);
      harmless(response, what);
    }
  }
  const decision = JSON.parse((await send("/privacy-choices/decision", { headers: { host } })).text);
  assert.equal(decision.version, 1, "nobody else published");
});

test("nobody is sent to another site", async () => {
  const attempts = [
    "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
    "/\t/evil.example", "/\r\nSet-Cookie: x=y", " /", "%2F%2Fevil.example", "//127.0.0.1@evil.example", "/\u00e9",
  ];
  for (const back of attempts)
    for (const [path, body] of [
      ["/privacy-choices", { policy: "sothinkmedia", version: 1, asked: "statistics", act: "reject", return: back }],
      ["/appearance/choose", { theme: "dark", back }],
      ["/admin/publish", { back }],
    ]) {
      const response = await post(path, new URLSearchParams(body).toString());
      const what = `${path} to ${JSON.stringify(back)}`;
      harmless(response, what);
      assert.equal(response.status, 303, what);
      assert.equal(new URL(response.headers.location, origin).origin, origin, what);
      assert.match(response.headers.location, /^\/($|[^/\\])/, what);
    }
});

test("methods, paths and regions that make no sense", async () => {
  for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE"])
    for (const path of paths) harmless(await send(path, { method, headers: ours }), `${method} ${path}`);
  for (const path of [
    "/privacy-choices/../../etc/passwd", "/privacy-choices/%2e%2e/", "/pkg/../package.json", "/pkg/%2e%2e/package.json",
    "/assets/..%2fpolicy-1.toml", `/${"a".repeat(8_000)}`, "/?region=%00", "/?region=US-CA-TX", `/?region=${"A".repeat(4_000)}`,
  ]) {
    const response = await send(path, { headers: { host, referer: "http://[::1", "x-demo-region": "\u00ff" } });
    harmless(response, path);
    assert.doesNotMatch(response.text, /esbuild|root:/, path);
  }
});
