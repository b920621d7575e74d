import { headers } from "next/headers";
import { createDecider, isAllowed } from "consentry/server";
import { policy } from "./policy";

const decide = createDecider(policy);

export default async function Home() {
  const head = await headers();
  // The header as it came: `cookies().toString()` encodes the values anew.
  const decision = decide({ cookies: head.get("cookie"), gpc: head.get("sec-gpc") === "1" });
  return (
    <>
      <h1>Corner shop</h1>
      <p>{isAllowed(decision, "statistics") ? "This visit is counted." : "This visit is not counted."}</p>
      <script type="text/plain" data-consent="statistics" src="/count.js" />
    </>
  );
}
