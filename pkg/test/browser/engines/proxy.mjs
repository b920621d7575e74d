// A proxy for one browser: it lists what is asked for, sends headers of its own along, and hands requests to who wants them.
import { once } from "node:events";
import { createServer, request } from "node:http";

export async function startProxy() {
  const proxy = { requests: [], headers: {}, routes: [] };
  const forward = (asked, answer) => {
    const headers = { ...asked.headers, ...proxy.headers };
    delete headers["proxy-connection"];
    // Over a connection of its own: a server may end one that was kept just as it is used again.
    const sent = request(asked.url, { agent: false, method: asked.method, headers }, (response) => {
      // In pairs, so that a header that comes several times does.
      answer.writeHead(response.statusCode, response.rawHeaders);
      response.pipe(answer);
    });
    sent.on("error", () => answer.destroy());
    asked.pipe(sent);
  };
  const server = createServer((asked, answer) => {
    proxy.requests.push(asked.url);
    const route = proxy.routes.find(({ pattern }) => pattern.test(asked.url));
    if (!route) return forward(asked, answer);
    route.handler({
      continue: () => forward(asked, answer),
      abort: () => answer.destroy(),
      fulfill: ({ status = 200, contentType, body }) => answer.writeHead(status, { "content-type": contentType }).end(body),
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  proxy.host = `127.0.0.1:${server.address().port}`;
  proxy.close = () => {
    server.close();
    server.closeAllConnections();
  };
  return proxy;
}
