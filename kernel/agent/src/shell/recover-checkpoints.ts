/**
 * Reads what is on disk and decides, once, as whom the agent starts.
 *
 * Owns the few changes that recovery makes to checkpoints before the agent goes on writing them: what is
 * torn at the end of a task's updates is cut off, and a decision to be a new agent is made to last.
 */

import { CodedError } from "@tavola/base";
import type { Disk, Logger } from "@tavola/host";
import type { AgentConfig } from "../core/agent-config.ts";
import type { CheckpointedAgent } from "../core/checkpointed.ts";
import type { AgentEvent } from "../core/events.ts";
import { metaRoot, type RunAddress, taskUpdatesPath } from "../core/paths.ts";
import { planRecovery } from "../core/recovery-plan.ts";
import type { AgentFlags } from "../flags.ts";
import { readCheckpoints } from "./checkpoint-reader.ts";
import type { Checkpoints } from "./checkpoints.ts";

export interface RecoverySources {
  readonly disk: Disk;
  readonly config: AgentConfig;
  readonly flags: Pick<AgentFlags, "strict" | "reconfiguration_policy">;
  readonly checkpoints: Checkpoints;
  readonly bootId: string | undefined;
  readonly logger: Logger;
}

export interface RecoveredCheckpoints {
  readonly event: Extract<AgentEvent, { kind: "checkpointsRecovered" }>;
  /** Checkpoints that could not be read and were left out. */
  readonly errors: number;
}

/** Throws CodedError CANNOT_RECOVER, with the way out in its message, or CANNOT_WRITE. */
export function recoverCheckpoints(sources: RecoverySources): RecoveredCheckpoints {
  const { disk, config, flags, checkpoints, bootId, logger } = sources;
  const { workDir, info } = config;
  const found = readCheckpoints(disk, workDir, bootId);
  const policy = flags.reconfiguration_policy === "additive" ? "additive" : "equal";
  const plan = planRecovery(found, { workDir, info, strict: flags.strict, policy });
  for (const gap of found.gaps) logger.warn({}, `recovering: ${gap}`);
  if (plan.kind === "refuse") throw new CodedError("CANNOT_RECOVER", plan.reason, { workDir });
  for (const problem of found.problems) logger.error({}, `recovering without: ${problem}`);
  for (const path of found.torn) discard(disk, path);
  const { resources, isRebooted, problems } = found;
  if (plan.kind === "new") {
    if (plan.why !== undefined) logger.warn({ reason: plan.why }, "starting as a new agent");
    if (plan.dropLatest) checkpoints.agentUnregistered();
  } else {
    cutTornUpdates(disk, workDir, plan.agent);
  }
  const agent = plan.kind === "resume" ? plan.agent : undefined;
  const event = { kind: "checkpointsRecovered", agent, isRebooted, resources } as const;
  return { event, errors: problems.length };
}

/** After the next start the machine will not have been rebooted, and the file would count as damage. */
function discard(disk: Disk, path: string): void {
  try {
    disk.remove(path);
  } catch (cause) {
    throw new CodedError("CANNOT_WRITE", `cannot remove ${path}`, { path }, { cause });
  }
}

/** What is appended next must follow a whole record. */
function cutTornUpdates(disk: Disk, workDir: string, agent: CheckpointedAgent): void {
  const agentId = agent.id as RunAddress["agentId"];
  for (const framework of agent.frameworks) {
    const frameworkId = framework.id as RunAddress["frameworkId"];
    for (const executor of framework.executors) {
      const executorId = executor.id as RunAddress["executorId"];
      for (const { containerId, tasks } of executor.runs) {
        const run = {
          agentId,
          frameworkId,
          executorId,
          containerId: containerId as RunAddress["containerId"],
        };
        for (const { id, soundBytes } of tasks) {
          if (soundBytes === undefined) continue;
          const path = taskUpdatesPath(
            metaRoot(workDir),
            run,
            id as Parameters<typeof taskUpdatesPath>[2],
          );
          cut(disk, path, soundBytes);
        }
      }
    }
  }
}

function cut(disk: Disk, path: string, bytes: number): void {
  try {
    disk.truncate(path, bytes);
  } catch (cause) {
    throw new CodedError(
      "CANNOT_WRITE",
      `cannot cut off what is torn in ${path}`,
      { path },
      { cause },
    );
  }
}
