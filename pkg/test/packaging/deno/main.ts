import { createDecider, isAllowed } from "consentry/server";
import { policy } from "./policy.ts";

const decide = createDecider(policy);

const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, ({ headers }) => {
  const decision = decide({ cookies: headers.get("cookie"), gpc: headers.get("sec-gpc") === "1" });
  return new Response(isAllowed(decision, "statistics") ? "counted" : "not counted");
});

for (const cookie of Deno.args) {
  const response = await fetch(`http://127.0.0.1:${server.addr.port}/`, { headers: { cookie } });
  console.log(await response.text());
}
await server.shutdown();
