/**
 * What this machine has to offer: what `--resources` says, the rest detected.
 *
 * Memory and disk are not offered whole: a machine needs some itself. Source: Containerizer::resources.
 */

import { statfs } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import type { Result } from "@tavola/base";
import { parseResources, Resources, validateResources } from "@tavola/resources";

const gib = 1024 ** 3;
const mib = 1024 ** 2;

export interface Machine {
  readonly cpus: number;
  readonly memoryBytes: number;
  /** Of the file system that holds the work directory. */
  readonly diskBytes: number;
}

export async function lookAtMachine(workDir: string): Promise<Machine> {
  const { blocks, bsize } = await statfs(workDir);
  return {
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    diskBytes: blocks * bsize,
  };
}

/** The error is a sentence about the flag. */
export function agentResources(
  text: string | undefined,
  defaultRole: string,
  machine: Machine,
): Result<Resources> {
  const parsed = parseResources(text ?? "", defaultRole);
  if (parsed.error !== undefined) return { error: parsed.error };
  const given = parsed.value;
  const problem = validateResources(given);
  if (problem !== undefined) return { error: problem };
  if (given.some(({ name }) => name === "gpus")) {
    return { error: "gpus are not supported yet; leave them out" };
  }
  const isGiven = (name: string): boolean => given.some((each) => each.name === name);
  const detected = detectedText(machine).filter(([name]) => !isGiven(name));
  const rest = parseResources(
    detected.map(([name, amount]) => `${name}:${amount}`).join(";"),
    defaultRole,
  );
  if (rest.error !== undefined) return { error: rest.error };
  return { value: Resources.of([...given, ...rest.value]) };
}

function detectedText({ cpus, memoryBytes, diskBytes }: Machine): [name: string, amount: string][] {
  const memory = memoryBytes >= 2 * gib ? memoryBytes - gib : memoryBytes / 2;
  const disk = diskBytes >= 10 * gib ? diskBytes - 5 * gib : diskBytes / 2;
  return [
    ["cpus", String(cpus)],
    ["mem", String(Math.trunc(memory / mib))],
    ["disk", String(Math.trunc(disk / mib))],
    ["ports", "[31000-32000]"],
  ];
}
