/**
 * Which launcher and which isolators: `--launcher` and `--isolation`, and what this machine allows.
 *
 * Differs: Mesos's default is `posix/cpu,posix/mem` even where it could isolate; ours is cgroups where
 * they can be had, because a memory limit that nobody enforces is a promise that other tasks pay for.
 */

import { CodedError, type Result } from "@tavola/base";

export type LauncherName = "linux" | "posix";

/** What of a container is limited by cgroups; the rest is only measured. */
export interface Isolation {
  readonly launcher: LauncherName;
  readonly cpu: "cgroups" | "posix";
  readonly memory: "cgroups" | "posix";
}

/** Names that stand for others, as Mesos keeps them. */
const aliases: Readonly<Record<string, string>> = {
  process: "posix/cpu,posix/mem",
  cgroups: "cgroups/cpu,cgroups/mem",
};

/** There anyway; naming them changes nothing. */
const implied: ReadonlySet<string> = new Set(["filesystem/posix", "environment_secret"]);

const ours: ReadonlySet<string> = new Set(["posix/cpu", "posix/mem", "cgroups/cpu", "cgroups/mem"]);

/** `text` is a comma-separated list of isolators; `launcher` undefined follows from it. */
export function parseIsolation(text: string, launcher?: LauncherName): Result<Isolation> {
  const names = (aliases[text.trim()] ?? text).split(",").map((name) => name.trim());
  const unknown = names.find((name) => !ours.has(name) && !implied.has(name));
  if (unknown !== undefined) {
    return {
      error: `isolator '${unknown}' is unknown or not supported yet; supported: ${[...ours].join(", ")}`,
    };
  }
  const duplicate = names.find((name, index) => names.indexOf(name) !== index);
  if (duplicate !== undefined) return { error: `isolator '${duplicate}' is given twice` };
  for (const resource of ["cpu", "mem"]) {
    if (names.includes(`posix/${resource}`) && names.includes(`cgroups/${resource}`)) {
      return { error: `'posix/${resource}' and 'cgroups/${resource}' exclude each other` };
    }
  }
  const cpu = names.includes("cgroups/cpu") ? "cgroups" : "posix";
  const memory = names.includes("cgroups/mem") ? "cgroups" : "posix";
  const wantsCgroups = cpu === "cgroups" || memory === "cgroups";
  if (launcher === "posix" && wantsCgroups) {
    return { error: "cgroups isolators need --launcher=linux" };
  }
  return { value: { launcher: launcher ?? (wantsCgroups ? "linux" : "posix"), cpu, memory } };
}

/** Resources of which a container cannot take more than its limit. */
export function limitableBy({ cpu, memory }: Isolation): ReadonlySet<string> {
  return new Set([
    ...(cpu === "cgroups" ? ["cpus"] : []),
    ...(memory === "cgroups" ? ["mem"] : []),
  ]);
}

/** For `isolation` errors at start: names the flag and the way out. */
export function isolationRefused(reason: string): CodedError {
  return new CodedError("ISOLATION_UNSUPPORTED", `Cannot isolate containers: ${reason}`);
}
