import { createServer } from "node:http";
import { createConsent } from "consentry";
import { startEngine } from "consentry/js";
import { createDecider, isAllowed } from "consentry/server";
import { policy } from "./policy.js";

// Where there is no WebAssembly the other engine has to be there before anything is asked.
if (!globalThis.WebAssembly?.Module) await startEngine();
const decide = createDecider(policy);

// Nothing of a page is there, so nothing is stored and nothing optional is granted.
console.log(createConsent(policy).allows("statistics"));

const server = createServer((request, response) => {
  const decision = decide({ cookies: request.headers.cookie, gpc: request.headers["sec-gpc"] === "1" });
  response.end(isAllowed(decision, "statistics") ? "counted" : "not counted");
});

server.listen(0, "127.0.0.1", async () => {
  const url = `http://127.0.0.1:${server.address().port}/`;
  for (const cookie of process.argv.slice(2)) {
    const response = await fetch(url, { headers: { cookie } });
    console.log(await response.text());
  }
  server.close();
  server.closeAllConnections();
});
