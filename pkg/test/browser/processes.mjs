// What a test file starts beside itself ends with it, however the file ends: the runner waits for each process that still holds one
// of the file's streams, and so would wait forever for a file that it has itself stopped.
import { spawn as spawnAlone } from "node:child_process";
import { afterEach, beforeEach } from "node:test";

/** Milliseconds for a test. The slowest takes a minute where others use the machine, too. */
const patience = 240_000;

/** How each process is ended. */
const running = new Map();

/** As Node's `spawn`. What a `detached` one has started itself ends with it. */
export function spawn(command, args, options) {
  const child = spawnAlone(command, args, options);
  const end = options.detached ? () => endGroup(child) : () => child.kill("SIGKILL");
  running.set(child, end);
  child.once("exit", () => {
    running.delete(child);
    if (options.detached) end();
  });
  return child;
}

function endGroup({ pid }) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // Nobody is left in it.
    if (error.code !== "ESRCH") throw error;
  }
}

process.once("exit", () => running.forEach((end) => end()));
// The runner's way to stop a file, and a terminal's, which does not reach who is detached.
process.once("SIGTERM", () => process.exit(143));
process.once("SIGINT", () => process.exit(130));

/** Ends a file whose test hangs, and says which: the runner only knows the file. */
export function endWithHungTests() {
  let watch;
  beforeEach(({ name }) => {
    watch = setTimeout(() => {
      console.error(`hung for ${patience / 1000} s: ${name}`);
      process.exit(1);
    }, patience);
  });
  afterEach(() => clearTimeout(watch));
}
