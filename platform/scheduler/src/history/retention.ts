/** How long history is kept. Singularity's defaults; what is absent is kept for ever. */

import { dayMs } from "@tavola/base";

export interface Retention {
  /** After that a task's content goes; it is listed on. */
  readonly taskContentMs?: number;
  /** After that a task is listed no more. */
  readonly taskMs?: number;
  /** Of each request; the oldest go. */
  readonly tasksPerRequestMax?: number;
  readonly requestEventMs?: number;
  /** After that a deploy's content goes; marker and result stay, as its id may never be used again. */
  readonly deployContentMs?: number;
}

export const defaultRetention: Retention = {
  taskContentMs: 365 * dayMs,
  tasksPerRequestMax: 10_000,
  requestEventMs: 365 * dayMs,
  deployContentMs: 365 * dayMs,
};
