// The TypeScript in the READMEs compiles as pasted.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

const pkg = fileURLToPath(new URL("..", import.meta.url));

for (const name of ["README.md", "../README.md"]) {
  const path = join(pkg, name);
  const blocks = existsSync(path) ? [...readFileSync(path, "utf8").matchAll(/^```ts\n(.*?)^```/gms)] : [];
  blocks.forEach(([, code], place) =>
    test(`${name}: TypeScript example ${place + 1} compiles`, () => {
      // Inside the package, so that its own name resolves.
      const folder = mkdtempSync(join(pkg, "test/readme-"));
      try {
        writeFileSync(join(folder, "example.ts"), code);
        writeFileSync(
          join(folder, "tsconfig.json"),
          JSON.stringify({
            extends: "../types/base.json",
            compilerOptions: { module: "esnext", moduleResolution: "bundler", moduleDetection: "force" },
            include: ["example.ts"],
          }),
        );
        const tsc = join(pkg, "node_modules/typescript/bin/tsc");
        const { status, stdout } = spawnSync(process.execPath, [tsc, "--project", folder], { encoding: "utf8" });
        assert.equal(status, 0, stdout);
      } finally {
        rmSync(folder, { recursive: true });
      }
    }),
  );
}
