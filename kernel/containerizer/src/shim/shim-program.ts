/**
 * Which shim this machine gets: the native one, built once where there is a compiler, or the shell's.
 *
 * Looked for in this order: the one that `npm run pack` put into the package; one that an earlier
 * start built; one built now (a tenth of a second, once); else the shell script, which needs
 * util-linux. docs/decisions/0003-shim.md says why, with figures.
 */

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { CodedError } from "@tavola/base";
import { type Logger, newUuid } from "@tavola/host";

export interface ShimProgram {
  readonly form: "native" | "shell";
  /** An executable, or a script for /bin/sh. */
  readonly path: string;
}

export interface ShimProgramOptions {
  /** Where one may be built, besides beside its source. */
  readonly buildDirectory: string;
  readonly logger: Logger;
  /** Default "cc". */
  readonly compiler?: string;
  /** Which forms may be chosen, for tests; default both, native first. */
  readonly forms?: readonly ShimProgram["form"][];
}

/** Beside this package's sources, or beside the one folder of JavaScript that is published. */
const nativeDirectory =
  ["../../native", "../native"]
    .map((path) => join(import.meta.dirname, path))
    .find((path) => existsSync(join(path, "shim.c"))) ?? import.meta.dirname;
const source = join(nativeDirectory, "shim.c");
const script = join(nativeDirectory, "shim.sh");

const platform = `${process.platform}-${process.arch}`;
const run = promisify(execFile);

/** No library, no start files: it must link on a machine that has a compiler and nothing else. */
const compilerFlags: readonly string[] = [
  "-std=gnu11",
  "-Os",
  "-Wall",
  "-Wextra",
  "-ffreestanding",
  "-fno-builtin",
  "-fno-stack-protector",
  "-fno-asynchronous-unwind-tables",
  "-fno-pie",
  "-no-pie",
  "-static",
  "-nostdlib",
  "-nostartfiles",
  "-Wl,--build-id=none",
  "-Wl,-z,noexecstack",
  "-s",
];

/** Where the package brings one for this platform, if it does. */
export const prebuiltShimPath = join(nativeDirectory, "prebuilt", platform, "tavola-shim");

/** Rejects with CodedError SHIM_UNAVAILABLE when this machine can have none. */
export async function prepareShim(options: ShimProgramOptions): Promise<ShimProgram> {
  const forms = options.forms ?? ["native", "shell"];
  if (forms.includes("native")) {
    const native = await prepareNative(options);
    if (native !== undefined) return { form: "native", path: native };
  }
  if (forms.includes("shell") && (await hasUtilLinux())) return { form: "shell", path: script };
  throw new CodedError(
    "SHIM_UNAVAILABLE",
    "Cannot start processes: there is neither a C compiler to build the shim with, nor util-linux's setsid for the shell's; install one of them",
    { platform },
  );
}

/** Builds the native shim to `path`. Rejects with the compiler's own complaint. */
export async function buildShim(path: string, compiler = "cc"): Promise<void> {
  const temporary = `${path}.${newUuid()}`;
  try {
    await run(compiler, [...compilerFlags, "-o", temporary, source]);
    await chmod(temporary, 0o755);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function prepareNative(options: ShimProgramOptions): Promise<string | undefined> {
  if (process.platform !== "linux") return undefined;
  if (isExecutable(prebuiltShimPath)) return prebuiltShimPath;
  const name = `tavola-shim-${platform}-${versionOf(source)}`;
  const places = [join(nativeDirectory, "build"), options.buildDirectory];
  const built = places.map((place) => join(place, name)).find(isExecutable);
  if (built !== undefined) return built;
  for (const place of places) {
    try {
      await mkdir(place, { recursive: true });
      accessSync(place, constants.W_OK);
    } catch {
      continue;
    }
    try {
      await buildShim(join(place, name), options.compiler);
      return join(place, name);
    } catch (error) {
      options.logger.info({ error }, "cannot build the native shim; using the shell's");
      return undefined;
    }
  }
  return undefined;
}

/** Changes whenever the shim or the way to build it does. */
function versionOf(path: string): string {
  return createHash("sha256")
    .update(readFileSync(path))
    .update(compilerFlags.join(" "))
    .digest("hex")
    .slice(0, 12);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function hasUtilLinux(): Promise<boolean> {
  const version = await run("/usr/bin/setsid", ["--version"]).catch(() => undefined);
  return version?.stdout.includes("util-linux") ?? false;
}
