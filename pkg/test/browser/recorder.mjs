// The third parties of the careless shop, each on a port of its own, and what browsers asked them for.
import { once } from "node:events";
import { createServer } from "node:http";
import { after } from "node:test";

const hosts = ["fonts.example", "stats.example", "ads.example", "pixel.ads.example", "video.example"];

const gif = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");
const script = (...lines) => ["text/javascript", lines.join("\n")];
// As such scripts do: for all hosts of the site.
const set = (name) => `document.cookie = "${name}=by-script; path=/; max-age=9999; domain=" + location.hostname;`;

const answers = {
  "/shop.css": ["text/css", "h1 { letter-spacing: 1px }"],
  "/tag.js": script(set("_ga"), 'new Image().src = "http://stats.example/collect";'),
  "/events.js": script(set("_fbp")),
  "/late.js": script("window.lateScript = true;"),
  "/player.js": script(set("video_player")),
  "/embed/tea": ["text/html", "<!doctype html><title>Tea</title><body style='background:#234;color:#fff'>How our tea is made"],
};

/** Starts them all; `rules` leads a browser to them, `requests` and `connections` list what comes, until `clear`. */
export async function record() {
  const recorder = {
    requests: [],
    connections: [],
    origins: hosts.map((host) => `http://${host}`),
    clear: () => void (recorder.requests.length = recorder.connections.length = 0),
  };
  const rules = [];
  for (const host of hosts) {
    const server = createServer((request, response) => {
      recorder.requests.push(`http://${request.headers.host}${request.url}`);
      const [type, body] = answers[request.url.split("?")[0]] ?? ["image/gif", gif];
      // So that every request takes a connection, and a connection without one shows.
      const headers = { "content-type": type, "cache-control": "no-store", connection: "close" };
      // What a site needs to be read, such as a typeface, gets no cookie.
      if (host !== "fonts.example") headers["set-cookie"] = "uid=1; Path=/; SameSite=None; Secure; Max-Age=9999";
      response.writeHead(200, headers).end(body);
    });
    server.on("connection", () => recorder.connections.push(host));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    rules.push(`MAP ${host} 127.0.0.1:${server.address().port}`);
    after(() => {
      server.close();
      server.closeAllConnections();
    });
  }
  return Object.assign(recorder, { rules });
}
