/**
 * Where an agent's files are: Mesos's layout, so that either could read what the other wrote.
 *
 *     <work_dir>
 *     |- slaves/<agent>/frameworks/<framework>/executors/<executor>/runs
 *     |    |- <container>              the sandbox: stdout, stderr, what the task fetched and wrote
 *     |    '- latest -> <container>
 *     '- meta
 *          |- boot_id                  of the machine, once what is here was recovered
 *          |- resources                dynamic reservations and persistent volumes
 *          |    |- resources_and_operations.state   ResourceState
 *          |    '- resources.info                   Resource, one after the other; for older agents
 *          '- slaves
 *               |- latest -> <agent>
 *               '- <agent>
 *                    |- slave.info                                AgentInfo
 *                    '- frameworks/<framework>
 *                         |- framework.info                       FrameworkInfo
 *                         |- framework.pid                        text; `@0.0.0.0:0` for HTTP ones
 *                         '- executors/<executor>
 *                              |- executor.info                   ExecutorInfo
 *                              |- executor_generated_for_command_task   `1` or `0`
 *                              '- runs
 *                                   |- latest -> <container>
 *                                   '- <container>
 *                                        |- executor.sentinel     empty: this run is over
 *                                        |- http.marker           empty: speaks HTTP
 *                                        |- pids/forked.pid       text
 *                                        |- pids/libprocess.pid   text; v0 executors only
 *                                        '- tasks/<task>
 *                                             |- task.info        Task
 *                                             '- task.updates     StatusUpdateRecord, appended
 *
 * Links below `meta` are absolute. A message is its length (4 bytes, little-endian) and its protobuf. Only
 * frameworks that asked for checkpoints are below `meta`. Ids are path components as they are.
 */

import type { AgentId, ContainerId, ExecutorId, FrameworkId, TaskId } from "@tavola/base";

const notInFileNames = /[/\\\p{Cc}]/u;

/** Whether an id from outside may name a file: what Mesos's masters admit. */
export function isPathComponent(id: string): boolean {
  return id !== "" && id !== "." && id !== ".." && id.length <= 255 && !notInFileNames.test(id);
}

export function metaRoot(workDir: string): string {
  return `${workDir}/meta`;
}

export function bootIdPath(workDir: string): string {
  return `${metaRoot(workDir)}/boot_id`;
}

export interface ResourcesPaths {
  readonly state: string;
  /** What `state` will be, while the disk is being brought to it. */
  readonly stateTarget: string;
  readonly info: string;
  readonly infoTarget: string;
}

export function resourcesPath(metaDir: string): ResourcesPaths {
  const below = `${metaDir}/resources`;
  return {
    state: `${below}/resources_and_operations.state`,
    stateTarget: `${below}/resources_and_operations.target`,
    info: `${below}/resources.info`,
    infoTarget: `${below}/resources.target`,
  };
}

/** `root` is the work directory, or the meta directory in it; both have the same shape. */
export function agentPath(root: string, agentId: AgentId): string {
  return `${root}/slaves/${agentId}`;
}

export function latestAgentPath(root: string): string {
  return `${root}/slaves/latest`;
}

export function agentInfoPath(metaDir: string, agentId: AgentId): string {
  return `${agentPath(metaDir, agentId)}/slave.info`;
}

export function frameworkPath(root: string, agentId: AgentId, frameworkId: FrameworkId): string {
  return `${agentPath(root, agentId)}/frameworks/${frameworkId}`;
}

/** Names one executor on one agent. */
export interface ExecutorAddress {
  readonly agentId: AgentId;
  readonly frameworkId: FrameworkId;
  readonly executorId: ExecutorId;
}

/** One run of it. */
export interface RunAddress extends ExecutorAddress {
  readonly containerId: ContainerId;
}

export function executorPath(root: string, executor: ExecutorAddress): string {
  const framework = frameworkPath(root, executor.agentId, executor.frameworkId);
  return `${framework}/executors/${executor.executorId}`;
}

export function runPath(root: string, run: RunAddress): string {
  return `${executorPath(root, run)}/runs/${run.containerId}`;
}

export function latestRunPath(root: string, executor: ExecutorAddress): string {
  return `${executorPath(root, executor)}/runs/latest`;
}

export function forkedPidPath(metaDir: string, run: RunAddress): string {
  return `${runPath(metaDir, run)}/pids/forked.pid`;
}

export function taskPath(metaDir: string, run: RunAddress, taskId: TaskId): string {
  return `${runPath(metaDir, run)}/tasks/${taskId}`;
}

export function taskUpdatesPath(metaDir: string, run: RunAddress, taskId: TaskId): string {
  return `${taskPath(metaDir, run, taskId)}/task.updates`;
}
