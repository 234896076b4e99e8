/**
 * Looking for toolchains and running their steps, with errors that say which step failed.
 */

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type ProcessOptions, type ProcessResult, runProcess } from "@tavola/harness";

/** The first of `programs` that is on the PATH. */
export function findProgram(...programs: readonly string[]): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return programs.find((program) =>
    folders.some((folder) => {
      try {
        accessSync(join(folder, program), constants.X_OK);
        return true;
      } catch {
        return false;
      }
    }),
  );
}

/** Runs a step to its end; throws with all that it printed unless it exits 0. */
export async function step(
  command: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  const result = await runProcess(command, args, options);
  if (result.code === 0) return result;
  const how = result.timedOut ? "ran out of time" : `ended with ${result.signal ?? result.code}`;
  throw new Error(`${command} ${args.join(" ")} ${how}:\n${result.stdout}${result.stderr}`);
}

/** Builds a Go package (default: the folder's own). Resolves with why it cannot be done here, if so. */
export async function buildGo(
  folder: string,
  binary: string,
  goPackage = ".",
): Promise<string | undefined> {
  const go = findProgram("go");
  if (go === undefined) return "go is not installed";
  await step(go, ["build", "-o", binary, goPackage], { cwd: folder, timeoutMs: 300_000 });
  return undefined;
}
