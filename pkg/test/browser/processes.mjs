// What a test file starts beside itself ends with it, however the file ends: the runner waits for each process that still holds one
// of the file's streams, and so would wait forever for a file that it has itself stopped.
import { spawn as spawnAlone } from "node:child_process";
import { afterEach, beforeEach } from "node:test";

/** Milliseconds for a test. The slowest takes a minute where others use the machine, too. */
const patience = 240_000;

const running = new Set();

/** As Node's `spawn`. */
export function spawn(command, args, options) {
  const child = spawnAlone(command, args, options);
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

process.once("exit", () => running.forEach((child) => child.kill("SIGKILL")));
// The runner's way to stop a file.
process.once("SIGTERM", () => process.exit(143));

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
