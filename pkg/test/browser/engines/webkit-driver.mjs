// A driver of WebKitGTK with the browser that it leads, the screen that this is on, and a proxy between it and the servers.
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Builder, Capabilities } from "selenium-webdriver";
import { spawn } from "../processes.mjs";
import { Crash, EngineFault } from "./page.mjs";
import { startProxy } from "./proxy.mjs";

/** A screen that nobody sees. The server chooses a free number and tells it. */
export async function startDisplay() {
  // When the last browser has left, a server starts anew unless it is told not to, and meanwhile turns away the browser that comes next.
  const args = ["-displayfd", "3", "-noreset", "-screen", "0", "1600x1200x24", "-nolisten", "tcp"];
  const server = spawn(process.env.XVFB ?? "/usr/bin/Xvfb", args, { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  const failure = once(server, "exit").then(([code]) => Promise.reject(new Error(`${server.spawnfile} ended with ${code}`)));
  const [number] = await Promise.race([once(server.stdio[3], "data"), failure]);
  return { name: `:${String(number).trim()}`, kill: () => server.kill() };
}

export class Unanswered extends EngineFault {}

/** The driver's answer to a command, for which it has some milliseconds. */
export function answered(command, answer, patience = 10_000) {
  const stop = new AbortController();
  const late = async () => {
    await sleep(patience, undefined, { signal: stop.signal });
    throw new Unanswered(`the driver never answered: ${command}`);
  };
  return Promise.race([answer, late()]).finally(() => stop.abort());
}

/**
 * A driver has one session, and a session one profile, which is forgotten with it. A driver whose browser ends before it leads it never
 * says so, and one that finds its port taken ends: nothing was tested by then, so another one is started.
 */
export async function startSession(display, options, attempts = 3) {
  try {
    return await startOnce(display, options);
  } catch (error) {
    if (attempts === 1) throw error;
    console.error(`another driver is started: ${error.message}`);
    return startSession(display, options, attempts - 1);
  }
}

async function startOnce(display, { javaScriptEnabled = true, colorScheme = "light" }) {
  const port = await freePort();
  const driver = spawn(process.env.WEBKIT_DRIVER ?? "/usr/bin/WebKitWebDriver", [`--port=${port}`], {
    // Its sandbox needs rights that a container does not give. Without a locale pages are told of American English.
    env: { ...process.env, DISPLAY: display, LC_ALL: "C", WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1" },
    stdio: ["ignore", "ignore", "pipe"],
    // Its browser ends with it, also one that has never answered it.
    detached: true,
  });
  const proxy = await startProxy();
  // A session is not asked to end: that is one more command that may never be answered, and nobody needs what it leaves behind.
  const close = () => {
    driver.kill();
    proxy.close();
  };
  try {
    const args = ["--automation", `--enable-javascript=${javaScriptEnabled}`];
    if (colorScheme === "dark") args.push("--dark-mode");
    const session = await newSession(driver, port, proxy, args);
    return { session, proxy, close };
  } catch (error) {
    close();
    throw error;
  }
}

async function newSession(driver, port, proxy, args) {
  const server = `http://127.0.0.1:${port}`;
  while (!(await answered("status", fetch(`${server}/status`).catch(() => undefined)))) {
    const end = driver.exitCode ?? driver.signalCode;
    if (end !== null) throw new Error(`the driver ended with ${end}`);
    await sleep(20);
  }
  const binary = process.env.MINIBROWSER ?? "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";
  const capabilities = new Capabilities({
    browserName: "MiniBrowser",
    // With another strategy the driver says nothing of a page before all of it is there.
    pageLoadStrategy: "none",
    proxy: { proxyType: "manual", httpProxy: proxy.host },
    "webkitgtk:browserOptions": { binary, args },
  });
  // Awaited it is another object than built, which is a promise, too.
  const built = new Builder().disableEnvironmentOverrides().usingServer(server).withCapabilities(capabilities).build();
  const session = await answered("newSession", built);
  const execute = session.execute.bind(session);
  const crash = crashOf(driver);
  session.execute = (command) =>
    answered(command.getName(), execute(command)).catch(async (error) => {
      if (crashed.test(error.message)) await Promise.race([crash, sleep(1_000)]);
      throw error;
    });
  return session;
}

/** What the driver says when the process of a page has crashed, though not only then. */
const crashed = /^Could not parse script result|page crash or hang/;

/** Fails when the browser itself says so. */
function crashOf(driver) {
  const crash = new Promise((_, reject) => {
    driver.stderr.on("data", (text) => String(text).includes("WebProcess CRASHED") && reject(new Crash("the process of a page has crashed")));
  });
  crash.catch(() => {});
  return crash;
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
