/**
 * Which part of the files API's paths is a sandbox, and where that really is.
 *
 *     <work_dir>/slaves/A/frameworks/F/executors/E/runs/R/...       as `/state` shows `directory`
 *     /frameworks/F/executors/E/runs/R/...                          this agent's, without its paths
 *
 * R is a container or `latest`. Computed from the path rather than kept for each executor: whatever
 * sandbox is still on the disk can be read, and nothing has to be remembered.
 */

import { type ComputedRoot, realDisk, ServedFiles } from "@tavola/host";
import type { AgentState } from "../core/state.ts";

const disk = realDisk();

const component = "[^/]+";
const run = `/frameworks/${component}/executors/${component}/runs/${component}`;
const virtualSandbox = new RegExp(`^${run}(?=/|$)`);
const agentSandbox = new RegExp(`^/slaves/${component}${run}(?=/|$)`);

/** `realWorkDir` is where `workDir` leads when links are followed. */
export function createSandboxFiles(
  state: AgentState,
  workDir: string,
  realWorkDir: string,
): ServedFiles {
  return new ServedFiles({
    rootOf: (path) => sandboxOf(state, workDir, realWorkDir, path),
    listed: () => sandboxesOf(state, workDir, realWorkDir),
  });
}

/** Those of the executors that are here, under both their names. */
function* sandboxesOf(
  state: AgentState,
  workDir: string,
  realWorkDir: string,
): Generator<readonly [string, string]> {
  for (const { id, framework, directory } of state.executorsByContainer.values()) {
    const realPath = directory.startsWith(`${workDir}/`)
      ? `${realWorkDir}${directory.slice(workDir.length)}`
      : directory;
    yield [directory, realPath];
    yield [`/frameworks/${framework.id}/executors/${id}/runs/latest`, realPath];
  }
}

function sandboxOf(
  state: AgentState,
  workDir: string,
  realWorkDir: string,
  path: string,
): ComputedRoot | undefined {
  if (path.includes("/../") || path.endsWith("/..")) return undefined;
  if (path.startsWith(`${workDir}/`)) {
    const [below] = agentSandbox.exec(path.slice(workDir.length)) ?? [];
    if (below === undefined) return undefined;
    return { prefix: `${workDir}${below}`, realPath: resolved(`${realWorkDir}${below}`) };
  }
  const [below] = virtualSandbox.exec(path) ?? [];
  if (below === undefined || state.id === undefined) return undefined;
  return { prefix: below, realPath: resolved(`${realWorkDir}/slaves/${state.id}${below}`) };
}

/** `latest` is a link to a run beside it. */
function resolved(path: string): string {
  const target = path.endsWith("/latest") ? disk.readLink(path) : undefined;
  if (target === undefined) return path;
  return `${path.slice(0, path.lastIndexOf("/"))}/${target.split("/").at(-1)}`;
}
