/**
 * What each type of mail looks like at a glance, and the words for how a task ended.
 */

import type { EmailType, TaskState } from "../model/enums.ts";

const bad = "#D9534F";
const good = "#5CB85C";
const news = "#5BC0DE";
const grey = "#777777";

const colors: Readonly<Record<EmailType, string>> = {
  TASK_LOST: bad,
  TASK_KILLED: grey,
  TASK_FINISHED_SCHEDULED: good,
  TASK_FINISHED_LONG_RUNNING: good,
  TASK_FINISHED_ON_DEMAND: good,
  TASK_FINISHED_RUN_ONCE: good,
  TASK_FAILED: bad,
  TASK_SCHEDULED_OVERDUE_TO_FINISH: bad,
  TASK_KILLED_DECOMISSIONED: grey,
  TASK_KILLED_UNHEALTHY: bad,
  REQUEST_IN_COOLDOWN: bad,
  REPLACEMENT_TASKS_FAILING: bad,
  SINGULARITY_ABORTING: bad,
  REQUEST_REMOVED: grey,
  REQUEST_PAUSED: news,
  REQUEST_UNPAUSED: news,
  REQUEST_SCALED: news,
  TASK_FAILED_DECOMISSIONED: bad,
  DISASTER_DETECTED: bad,
  DEPLOY_FAILED: bad,
  DEPLOY_SUCCEEDED: good,
};

export function colorOf(type: EmailType): string {
  return colors[type];
}

const ends: Readonly<Partial<Record<TaskState, string>>> = {
  TASK_GONE_BY_OPERATOR: "gone",
  TASK_LOST_WHILE_DOWN: "lost",
  TASK_ERROR: "in error",
};

/** "failed", "lost": as in "task failed" and "was lost". */
export function stateWord(state: TaskState): string {
  return ends[state] ?? state.replace("TASK_", "").toLowerCase().replaceAll("_", " ");
}
