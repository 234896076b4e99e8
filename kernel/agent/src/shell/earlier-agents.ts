/**
 * What lies in the work directory and belongs to nobody any more: directories of agents that were here
 * under other ids, and of frameworks of which this agent knows nothing. They go in time, by their age.
 * Source: the end of Slave::__recover.
 */

import type { AgentId } from "@tavola/base";
import { agentPath, metaRoot } from "../core/paths.ts";
import type { MachineFiles } from "./machine-files.ts";
import type { SandboxCollector } from "./sandbox-collector.ts";

export interface EarlierAgents {
  readonly workDir: string;
  /** Who we are; undefined: nobody yet, so that all that is there is others'. */
  readonly agentId: AgentId | undefined;
  /** Those that we know. */
  readonly frameworks: ReadonlySet<string>;
  readonly collector: SandboxCollector;
  readonly files: MachineFiles;
}

export function retireOldAgents({
  workDir,
  agentId,
  frameworks,
  collector,
  files,
}: EarlierAgents): void {
  for (const id of files.directoriesIn(`${workDir}/slaves`)) {
    if (id === agentId) continue;
    collector.scheduleByAge(agentPath(workDir, id as AgentId));
    collector.scheduleByAge(agentPath(metaRoot(workDir), id as AgentId));
  }
  if (agentId === undefined) return;
  const below = `${agentPath(workDir, agentId)}/frameworks`;
  for (const id of files.directoriesIn(below)) {
    if (!frameworks.has(id)) collector.scheduleByAge(`${below}/${id}`);
  }
}
