// Projects as users have them: a copy outside of this repository, its tools in their current versions, and the packed
// package installed by npm.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, cp, link, mkdir, mkdtemp, readdir, readFile, readlink } from "node:fs/promises";
import { rename, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const here = fileURLToPath(new URL(".", import.meta.url));
const pkg = join(here, "../..");
const cache = process.env.PACKAGING_CACHE ?? join(pkg, "../target/packaging");
/** For how long installed tools count as current, in milliseconds. */
const FRESH = 7 * 24 * 60 * 60 * 1000;

/** What programs are run with; not what an outer npm hands on, which is no business of a fresh project. */
export const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))),
  npm_config_cache: join(cache, "npm"),
  npm_config_audit: "false",
  npm_config_fund: "false",
  npm_config_update_notifier: "false",
  NEXT_TELEMETRY_DISABLED: "1",
};

/** Runs a program in a folder and returns what it prints; where it fails, that is in the error. */
export async function run(cwd, program, ...args) {
  try {
    const { stdout } = await promisify(execFile)(program, args, { cwd, env, maxBuffer: 1 << 26 });
    return stdout;
  } catch (cause) {
    throw new Error(`${program} ${args.join(" ")}: ${cause.message}\n${cause.stdout}`, { cause });
  }
}

/** A folder outside of the repository, gone after the tests. */
export async function temporary() {
  const folder = await mkdtemp(join(tmpdir(), "consentry-packaging-"));
  after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Packs the package. Returns its archive, and what is in it as npm lists it. */
export async function pack() {
  const folder = await temporary();
  const [{ filename, files }] = JSON.parse(await run(pkg, "npm", "pack", "--json", "--pack-destination", folder));
  return { archive: join(folder, filename), files: files.map(({ path }) => path) };
}

/** Installs what a project's package.json asks for, unless that was done lately. Returns the folder it is in. */
export async function tools(name) {
  const source = join(here, name);
  const wanted = await readFile(join(source, "package.json"));
  const hash = createHash("sha256").update(wanted).digest("hex").slice(0, 16);
  const folder = join(cache, hash);
  const installed = await stat(folder).catch(() => undefined);
  if (installed && Date.now() - installed.mtimeMs < FRESH) return folder;
  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(join(cache, "installing-"));
  try {
    await copyFile(join(source, "package.json"), join(fresh, "package.json"));
    await run(fresh, "npm", "install");
    await rm(folder, { recursive: true, force: true });
    // Only as a whole: what was interrupted must not pass for installed.
    await rename(fresh, folder);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return folder;
}

/** A copy that shares the files' contents where the file system can, as the tools are hundreds of megabytes. */
async function share(from, to) {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await share(source, target);
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    // npm keeps its books in hidden files, and would write into those of the cache.
    else if (entry.name.startsWith(".")) await copyFile(source, target);
    else await link(source, target).catch(() => copyFile(source, target));
  }
}

/** A project of this folder in a place of its own, with the package installed and its script `build` run. */
export async function project(name, archive) {
  const folder = await temporary();
  await cp(join(here, name), folder, { recursive: true });
  const { dependencies = {}, scripts = {} } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  if (Object.keys(dependencies).length > 0) {
    const installed = await tools(name);
    await share(join(installed, "node_modules"), join(folder, "node_modules"));
    await copyFile(join(installed, "package-lock.json"), join(folder, "package-lock.json"));
  }
  await run(folder, "npm", "install", "--prefer-offline", archive);
  if (scripts.build) await run(folder, "npm", "run", "build");
  return { folder, versions: await versions(folder, dependencies) };
}

/** What was installed, for the report. */
async function versions(folder, dependencies) {
  const found = Object.keys(dependencies).map(async (name) => {
    const { version } = JSON.parse(await readFile(join(folder, "node_modules", name, "package.json"), "utf8"));
    return `${name} ${version}`;
  });
  return (await Promise.all(found)).join(", ");
}
