// Decides in the page what the server decided, from the same cookie and the same facts, and compares the two.
const byId = (id) => document.getElementById(id);

async function compare() {
  const say = (text, state) => {
    byId("verdict").textContent = text;
    byId("verdict").className = `state ${state}`;
  };
  byId("compare").hidden = false;
  say("Comparing …", "");
  try {
    // The package: there once it is built.
    const { createDecider } = await import("/pkg/server.js");
    const [policy, decision] = await Promise.all(
      ["policy.json", "decision"].map((name) => fetch(`/privacy-choices/${name}`)),
    );
    const server = await decision.text();
    const { gpc, region, now } = JSON.parse(server);
    const decide = createDecider(await policy.json());
    const browser = JSON.stringify(decide({ cookies: document.cookie, gpc, region: region ?? undefined, now }));
    byId("server").textContent = server;
    byId("browser").textContent = browser;
    if (server === browser) say("The two decisions are the same, character by character.", "on");
    else say("The two decisions differ.", "off");
  } catch (cause) {
    say(`The comparison could not run: ${cause}`, "off");
  }
}

byId("again").addEventListener("click", compare);
document.addEventListener("consentry:change", compare);
compare();
