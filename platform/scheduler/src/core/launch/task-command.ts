/**
 * What an agent is told to run: the task's own command, or its executor's.
 */

import type { CommandInfo, CommandInfo_URI } from "@tavola/protocol";
import type { MesosArtifact } from "../model/deploy.ts";
import { listed } from "./listed.ts";
import { taskEnvironment } from "./task-environment.ts";
import type { LaunchSubject } from "./task-info.ts";

export function taskCommand(subject: LaunchSubject): CommandInfo {
  const { task, deploy } = subject;
  const { pendingTask } = task;
  const user = pendingTask.runAsUserOverride ?? deploy.user;
  const given = argumentsOf(subject);
  // Arguments and images go past the shell unless the deploy asks for it.
  const byDefault = given.length > 0 || deploy.containerInfo !== undefined ? false : undefined;
  const shell = deploy.shell ?? byDefault;
  return {
    ...(deploy.command === undefined ? {} : { value: deploy.command }),
    ...listed("arguments", given, (values) => values),
    ...(shell === undefined ? {} : { shell }),
    ...(user === undefined ? {} : { user }),
    ...urisOf([...(deploy.uris ?? []), ...(pendingTask.extraArtifacts ?? [])]),
    environment: taskEnvironment(subject),
  };
}

/**
 * Mesos takes the first argument for the program's own name. A deploy that has arguments says that name
 * itself; one that has none has its command for it, so that the first word of a run is not lost.
 * Differs: Singularity loses it. Docker takes all arguments for arguments.
 */
function argumentsOf({ task, deploy }: LaunchSubject): readonly string[] {
  const { command, arguments: own = [], containerInfo, shell } = deploy;
  const { cmdLineArgsList: ofRun = [] } = task.pendingTask;
  const isNamed = own.length > 0 || containerInfo?.type === "DOCKER" || shell === true;
  if (isNamed || ofRun.length === 0 || command === undefined) return [...own, ...ofRun];
  return [command, ...ofRun];
}

/** Where the deploy brings an executor of its own. */
export function executorCommand(subject: LaunchSubject): CommandInfo {
  const { task, deploy } = subject;
  return {
    value: deploy.customExecutorCmd ?? "",
    ...(deploy.user === undefined ? {} : { user: deploy.user }),
    ...urisOf([...(deploy.uris ?? []), ...(task.pendingTask.extraArtifacts ?? [])]),
    environment: taskEnvironment(subject),
  };
}

function urisOf(artifacts: readonly MesosArtifact[]): {
  readonly uris?: readonly CommandInfo_URI[];
} {
  return listed("uris", artifacts, (all) =>
    all.map(({ uri, cache = false, executable = false, extract = true, outputFile }) => ({
      value: uri,
      cache,
      executable,
      extract,
      ...(outputFile === undefined ? {} : { output_file: outputFile }),
    })),
  );
}
