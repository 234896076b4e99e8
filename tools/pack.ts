/**
 * Makes the one tarball that is published: `npm run pack [-- FOLDER]` (default `dist/`).
 *
 * Node does not strip types below `node_modules`, so what is published is built: the workspace's
 * packages are bundled into JavaScript modules, split so that a command loads only its own code.
 * Libraries stay dependencies, at the versions that this checkout has locked; Node itself is one of
 * them, so that `npx tavola` runs on the Node that it was tested with. Prints the tarball's path.
 */

import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { buildShim } from "@tavola/containerizer";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");
const outFolder = resolve(process.argv[2] ?? join(root, "dist"));
const staging = join(outFolder, "package");

interface Manifest {
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

/** The version of a library that is installed here. */
function installedVersion(name: string): string {
  return readManifest(join(root, "node_modules", name)).version;
}

/** Libraries that the published packages list, workspace packages left out. */
function libraries(): string[] {
  const folders = [
    "cli",
    "sdk",
    ...readdirSync(join(root, "kernel")).map((name) => `kernel/${name}`),
    ...readdirSync(join(root, "platform")).map((name) => `platform/${name}`),
  ];
  const names = folders.flatMap((folder) =>
    Object.keys(readManifest(join(root, folder)).dependencies ?? {}),
  );
  return [...new Set(names)].filter((name) => !name.startsWith("@tavola/")).sort();
}

async function bundle(external: readonly string[]): Promise<void> {
  await build({
    entryPoints: {
      main: join(root, "cli/src/main.ts"),
      // Threads begin with a file of their own, found beside the code that starts them.
      "sqlite-worker": join(root, "platform/scheduler/src/history/sqlite/sqlite-worker.ts"),
      "writer-worker": join(root, "kernel/coordination/src/embedded/writer-worker.ts"),
    },
    outdir: join(staging, "lib"),
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node24",
    external: [...external],
    chunkNames: "[name]-[hash]",
    logLevel: "warning",
  });
  chmodSync(join(staging, "lib/main.js"), 0o755);
}

/**
 * The shim's sources, and the shim itself for the platform that packs; elsewhere it is built where it
 * runs, or the shell's is used.
 */
async function copyShim(): Promise<void> {
  const native = join(staging, "native");
  for (const name of ["shim.c", "shim.sh"]) {
    cpSync(join(root, "kernel/containerizer/native", name), join(native, name));
  }
  const prebuilt = join(native, "prebuilt", `${process.platform}-${process.arch}`);
  mkdirSync(prebuilt, { recursive: true });
  await buildShim(join(prebuilt, "tavola-shim"));
}

function writeManifest(external: readonly string[]): void {
  const { version, description, license } = readManifest(root);
  const dependencies = Object.fromEntries(
    [...external, "node"].map((name) => [name, installedVersion(name)]),
  );
  const manifest = {
    name: "tavola",
    version,
    description,
    license,
    type: "module",
    bin: { tavola: "lib/main.js" },
    files: ["lib", "native", "LICENSE", "README.md", "CHANGELOG.md"],
    dependencies,
  };
  writeFileSync(join(staging, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

rmSync(staging, { recursive: true, force: true });
mkdirSync(staging, { recursive: true });
const external = libraries();
await bundle(external);
await copyShim();
writeManifest(external);
for (const name of ["LICENSE", "README.md", "CHANGELOG.md"]) {
  cpSync(join(root, name), join(staging, name));
}
const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", outFolder], {
  cwd: staging,
  encoding: "utf8",
});
console.log(join(outFolder, packed.trim()));
