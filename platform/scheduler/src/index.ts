/** The door of `@tavola/scheduler`. */

export { type SchedulerFlags, schedulerFlags } from "./shell/scheduler-flags.ts";
export {
  type RunningScheduler,
  type SchedulerOptions,
  startScheduler,
} from "./shell/start-scheduler.ts";
