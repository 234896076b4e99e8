/**
 * The variables that a command task finds: its executor's, then its own, then its role. Pure.
 *
 * Source: launch() in Mesos's launcher/executor.cpp. `MESOS_TASK_ID` is ours beside them, because
 * a command has no other way to learn its name.
 */

import type { TaskInfo } from "@tavola/protocol";

export function taskEnvironment(
  executor: Readonly<Record<string, string>>,
  task: TaskInfo,
): Record<string, string> {
  const environment: Record<string, string> = { ...executor, MESOS_TASK_ID: task.task_id.value };
  for (const { name, value, type } of task.command?.environment?.variables ?? []) {
    if (type !== "SECRET" && value !== undefined) environment[name] = value;
  }
  const role = task.resources?.[0]?.allocation_info?.role;
  if (role !== undefined) environment["MESOS_ALLOCATION_ROLE"] = role;
  return environment;
}
