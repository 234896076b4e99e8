/**
 * Which tasks are announced: those that are healthy and are not about to be killed.
 *
 *     launched ──healthy──► announced ──to be killed──► withdrawn ──drain time──► killed
 *                 ▲              │
 *                 └──unhealthy───┘
 *
 * One that waits for its replacement serves until it goes, and stays announced until then.
 */

import type { Request } from "../model/request.ts";
import { deployKey, type TaskRecord } from "../records.ts";
import { isLongRunning } from "../requests/long-running.ts";
import type { SchedulerConfig } from "../scheduler-config.ts";
import type { SchedulerState } from "../state.ts";
import { isHealthy } from "../tasks/task-health.ts";
import {
  type AnnouncingFramework,
  type TaskAnnouncement,
  taskAnnouncement,
} from "./task-announcement.ts";

/** Whether anything is announced at all. */
function isAnnouncing({ announce }: SchedulerConfig): boolean {
  return announce.servers.length > 0;
}

/** As what the task is to be announced now; undefined: it is not. */
export function wantedAnnouncement(
  state: SchedulerState,
  config: SchedulerConfig,
  task: TaskRecord,
  framework: AnnouncingFramework,
): TaskAnnouncement | undefined {
  if (!isHealthy(task) || task.drain !== undefined || task.kill !== undefined) return undefined;
  const { requestId, deployId } = task.taskId;
  const request = state.records.request.get(requestId)?.request;
  const deploy = state.records.deploy.get(deployKey(requestId, deployId))?.deploy;
  if (request === undefined || deploy === undefined) return undefined;
  return isForOthers(config, request) ? taskAnnouncement(task, deploy, framework) : undefined;
}

/** Whether it may have been announced, so that it is to be withdrawn before it ends. */
export function mayBeAnnounced(
  state: SchedulerState,
  config: SchedulerConfig,
  task: TaskRecord,
): boolean {
  if (!isAnnouncing(config) || task.health?.healthyAt === undefined) return false;
  const { requestId, deployId } = task.taskId;
  const request = state.records.request.get(requestId)?.request;
  if (request !== undefined && !isForOthers(config, request)) return false;
  const deploy = state.records.deploy.get(deployKey(requestId, deployId))?.deploy;
  // What is not known any more may have been.
  if (deploy === undefined) return task.ports.length > 0;
  return taskAnnouncement(task, deploy, { id: "", name: "" }) !== undefined;
}

function isForOthers(config: SchedulerConfig, request: Request): boolean {
  if (!isAnnouncing(config) || !isLongRunning(request)) return false;
  return request.announce ?? config.announce.byDefault;
}
