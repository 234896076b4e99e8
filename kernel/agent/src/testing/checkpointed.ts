/** What an earlier agent left on the disk, and an agent that recovers from it. */

import assert from "node:assert/strict";
import { asId, type ContainerId, instant } from "@tavola/base";
import { internal, type Task } from "@tavola/protocol";
import { Resources } from "@tavola/resources";
import type {
  CheckpointedAgent,
  CheckpointedExecutor,
  CheckpointedTask,
} from "../core/checkpointed.ts";
import type { Effect } from "../core/effects.ts";
import { agentUpdateOf, taskOf } from "../core/task-messages.ts";
import {
  agentId,
  commandTask,
  customTask,
  frameworkId,
  frameworkInfo,
  type SteppedAgent,
  sent,
} from "./stepped-agent.ts";

/** Who leads when it recovers. */
export const master = { id: "master", host: "10.0.0.1", port: 5050 };
export const uuidOf = (byte: number): Uint8Array => new Uint8Array(16).fill(byte);

export interface Step {
  readonly state: NonNullable<Task["state"]>;
  readonly uuid: number;
  readonly isAcknowledged?: boolean;
}

/** A task as its checkpoints are after these updates of its executor. */
export function taskAfter(id: string, steps: readonly Step[], isCustom = false): CheckpointedTask {
  const records: internal.StatusUpdateRecord[] = [];
  for (const { state, uuid, isAcknowledged } of steps) {
    const reason = "REASON_EXECUTOR_TERMINATED";
    const update = agentUpdateOf(
      { frameworkId, agentId, taskId: id, state, reason, message: "" },
      instant(1),
      { next: () => 0 },
    );
    const status = { ...update.status, uuid: uuidOf(uuid), source: "SOURCE_EXECUTOR" as const };
    records.push({ type: "UPDATE", update: { ...update, uuid: uuidOf(uuid), status } });
    if (isAcknowledged === true) records.push({ type: "ACK", uuid: uuidOf(uuid) });
  }
  const info = taskOf(isCustom ? customTask(id) : commandTask(id), "TASK_STAGING", frameworkId);
  return { id, info, records, soundBytes: undefined };
}

/** Whose executor subscribed once, unless `changes` say otherwise. */
export function executorWith(
  id: string,
  tasks: readonly CheckpointedTask[],
  changes: Partial<CheckpointedExecutor> = {},
): CheckpointedExecutor {
  const containerId = `container-${id}`;
  const run = {
    containerId,
    isCompleted: false,
    hasSubscribed: true,
    forkedPid: 42,
    libprocessPid: undefined,
    tasks,
  };
  const { executor } = customTask("t", id);
  return {
    id,
    info: executor,
    isGenerated: false,
    latest: containerId,
    runs: [run],
    ...changes,
  };
}

/** With one framework, which checkpoints. */
export function agentWith(executors: readonly CheckpointedExecutor[]): CheckpointedAgent {
  const info = {
    hostname: "agent",
    port: 5051,
    checkpoint: true,
    id: { value: agentId },
    resources: Resources.of([
      { name: "cpus", type: "SCALAR", scalar: { value: 4 } },
      { name: "mem", type: "SCALAR", scalar: { value: 4000 } },
      { name: "disk", type: "SCALAR", scalar: { value: 10_000 } },
    ]).toList(),
  };
  const framework = {
    id: frameworkId,
    info: frameworkInfo({ checkpoint: true }),
    pid: "@0.0.0.0:0",
    executors,
  };
  return { id: agentId, info, frameworks: [framework] };
}

/** Reads what was found, and hears of its master. Returns what the first makes it do. */
export function recover(
  agent: SteppedAgent,
  checkpointed: CheckpointedAgent,
  isRebooted = false,
): readonly Effect[] {
  const event = { kind: "checkpointsRecovered", resources: [], isRebooted } as const;
  const effects = agent.feed({ ...event, agent: checkpointed });
  for (const effect of effects) {
    // The disk is quick: what an earlier agent wrote is durable at once.
    if (effect.kind !== "appendUpdateRecord") continue;
    const { frameworkId, taskId, sequence } = effect;
    agent.feed({ kind: "updateRecordPersisted", frameworkId, taskId, sequence });
  }
  agent.feed({ kind: "masterDetected", master, hostname: "m" });
  return effects;
}

/** Of the executor of that id. */
export const container = (id: string): ContainerId => asId<ContainerId>(`container-${id}`);

/** Lets the agent register again, and the master confirm. */
export function reregister(agent: SteppedAgent): readonly Effect[] {
  const asked = agent.pass(1000);
  const confirmed = agent.fromMaster("slaveReregistered", { slave_id: { value: agentId } });
  return [...asked, ...confirmed];
}

/** The only one among the effects; fails where there is none. */
export function reregistration(effects: readonly Effect[]): internal.ReregisterSlaveMessage {
  const [message] = sent(effects, internal.ReregisterSlaveMessage);
  assert.ok(message !== undefined, "it did not register again");
  return message;
}
