/** The door of `@tavola/scheduler`. */

export type { TaskHistory } from "./core/model/task.ts";
export type { TaskRecord } from "./core/records.ts";
export type { SchedulerState } from "./core/state.ts";
export type { Probe, ProbeAnswer, ProbeRequest } from "./health/probe.ts";
export type { HistoryBatch, HistoryStore } from "./history/history-store.ts";
export type { Engine } from "./shell/engine.ts";
export { schedulerGroup, schedulerLabel } from "./shell/leadership.ts";
export { type SchedulerFlags, schedulerFlags } from "./shell/scheduler-flags.ts";
export {
  type RunningScheduler,
  type SchedulerOptions,
  startScheduler,
} from "./shell/start-scheduler.ts";
