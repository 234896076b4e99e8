/**
 * What a command executor decides: the life of its one task, events in, effects out. Pure.
 *
 * ```
 *   waiting --LAUNCH--> starting --process started--> running --process ended--> ended
 *      |                    |  \                         |                         ^
 *      |                    |   +--kill, time is up--> killing --process ended-----+
 *      |                    +------- cannot start ---------------------------------+
 *      +--- SHUTDOWN ---------------------------------------------------------> ended
 * ```
 *
 * A kill is SIGTERM, then SIGKILL when the grace period is over; asking again can only shorten it.
 * The end is the process's: whatever was asked for, what is reported is how it really ended. A task
 * that the kernel killed for want of memory says nothing here: the agent knows the limit and reports.
 */

import { type Instant, later, secondMs } from "@tavola/base";
import type { FrameworkInfo, KillPolicy, TaskInfo, TaskState, TaskStatus } from "@tavola/protocol";

export type TaskPhase = "waiting" | "starting" | "running" | "killing" | "ended";

export type TaskTimer = "kill" | "completion";

/** What a check has found; `checks.ts` in the shell makes them. */
export type CheckReport =
  | { readonly kind: "health"; readonly healthy: boolean; readonly kill: boolean }
  | { readonly kind: "check"; readonly status: NonNullable<TaskStatus["check_status"]> };

export type TaskEffect =
  /** Sent in order, and again until it is acknowledged. */
  | { readonly kind: "update"; readonly status: TaskUpdate }
  | { readonly kind: "start"; readonly task: TaskInfo }
  /** For the next host, should this one die: on disk before what comes after it. */
  | { readonly kind: "recordKill"; readonly kill: KillUnderWay }
  | { readonly kind: "signal"; readonly signal: "SIGTERM" | "SIGKILL" }
  /** A later one for the same timer replaces it. */
  | { readonly kind: "wakeAt"; readonly timer: TaskTimer; readonly at: Instant }
  | { readonly kind: "cancelWake"; readonly timer: TaskTimer }
  | { readonly kind: "startChecks"; readonly task: TaskInfo }
  | { readonly kind: "stopChecks" }
  /** Nothing more will come: leave once the updates so far are acknowledged. */
  | { readonly kind: "leave"; readonly end: ExecutorEnd };

/** A task's end that somebody has asked for, and that is not there yet. */
export interface KillUnderWay {
  readonly by: "kill" | "completion";
  /** When SIGTERM has had its time. */
  readonly killAt: Instant;
  /** What the last health check said. */
  readonly healthy?: boolean;
}

export type TaskUpdate = Pick<
  TaskStatus,
  "task_id" | "state" | "message" | "reason" | "healthy" | "check_status" | "timestamp"
>;

/** How the executor itself ends, as if it were a process. */
export interface ExecutorEnd {
  /** Raw wait status. */
  readonly status: number;
  readonly message?: string;
}

/** How the task's process ended. */
export interface ProcessEnd {
  /** Raw wait status; absent when nobody saw it. */
  readonly status?: number;
  /** In words: "exited with status 1". */
  readonly description: string;
  /** The kernel killed one of the container's processes because of the memory limit. */
  readonly isOutOfMemory: boolean;
}

const defaultGraceMs = 3 * secondMs;
/** Kept of the agent's patience at SHUTDOWN, so that our report is there before it kills us. */
const shutdownReserveMs = secondMs;

export interface CommandTaskOptions {
  /** How long the agent waits between SHUTDOWN and killing the container. */
  readonly shutdownGraceMs: number;
}

export class CommandTask {
  readonly #shutdownGraceMs: number;
  #phase: TaskPhase = "waiting";
  #task: TaskInfo | undefined;
  #tellsKilling = false;
  /** Why it is being killed; what the end is called depends on it. */
  #killedBy: KillUnderWay["by"] | undefined;
  /** The earlier host's kill: it was told to run long ago. */
  #isKillAdopted = false;
  #isSignalled = false;
  #killAt: Instant | undefined;
  /** Of the last results of checks: every later update carries them on. */
  #attached: Pick<TaskUpdate, "healthy" | "check_status"> = {};

  constructor(options: CommandTaskOptions) {
    this.#shutdownGraceMs = options.shutdownGraceMs;
  }

  get phase(): TaskPhase {
    return this.#phase;
  }

  get task(): TaskInfo | undefined {
    return this.#task;
  }

  subscribed(framework: FrameworkInfo): void {
    this.#tellsKilling =
      framework.capabilities?.some(({ type }) => type === "TASK_KILLING_STATE") ?? false;
  }

  /** A second LAUNCH is refused: a command executor runs one task. */
  launched(task: TaskInfo, now: Instant): TaskEffect[] {
    if (this.#phase !== "waiting") {
      const message = 'Attempted to run multiple tasks using a "command" executor';
      return [this.#update(task, "TASK_FAILED", now, { message })];
    }
    this.#begin(task, "starting");
    return [
      this.#update(task, "TASK_STARTING", now),
      { kind: "start", task },
      ...completionWake(task, now),
    ];
  }

  /**
   * Launched by an earlier host, which may have told nobody: `processStarted` says again that it
   * runs. Its time limit counts from then. A kill that was under way goes on: its process is asked to
   * end once more, since the earlier host may not have got to it, and has the rest of its time.
   */
  adopted(task: TaskInfo, launchedAt: Instant, kill?: KillUnderWay): TaskEffect[] {
    if (kill === undefined) {
      this.#begin(task, "starting");
      return completionWake(task, launchedAt);
    }
    this.#begin(task, "killing");
    this.#isKillAdopted = true;
    this.#killedBy = kill.by;
    this.#killAt = kill.killAt;
    if (kill.healthy !== undefined) this.#attached = { ...this.#attached, healthy: kill.healthy };
    return [];
  }

  processStarted(now: Instant): TaskEffect[] {
    const task = this.#task;
    if (task === undefined) return [];
    if (this.#phase === "starting") this.#phase = "running";
    if (this.#isKillAdopted) return this.#signal();
    const effects: TaskEffect[] = [this.#update(task, "TASK_RUNNING", now)];
    if (this.#phase === "killing") return [...effects, ...this.#signal()];
    return [...effects, { kind: "startChecks", task }];
  }

  /** It never ran. */
  processRefused(message: string, now: Instant): TaskEffect[] {
    return this.#ended("TASK_FAILED", { message }, now);
  }

  processEnded(end: ProcessEnd, now: Instant): TaskEffect[] {
    if (end.isOutOfMemory && this.#killedBy === undefined) {
      this.#phase = "ended";
      return [{ kind: "stopChecks" }, { kind: "leave", end: { status: end.status ?? 9 } }];
    }
    const message = `Command ${end.description}`;
    if (this.#killedBy === "completion") {
      const reason = "REASON_MAX_COMPLETION_TIME_REACHED";
      return this.#ended("TASK_FAILED", { message, reason }, now);
    }
    if (this.#killedBy === "kill") {
      return this.#ended("TASK_KILLED", { message }, now);
    }
    return this.#ended(end.status === 0 ? "TASK_FINISHED" : "TASK_FAILED", { message }, now);
  }

  /** `policy` is the call's; it goes before the task's own. */
  killRequested(policy: KillPolicy | undefined, now: Instant): TaskEffect[] {
    return this.#kill("kill", policyGraceMs(policy ?? this.#task?.kill_policy), now);
  }

  shutdownRequested(now: Instant): TaskEffect[] {
    if (this.#phase === "waiting") {
      this.#phase = "ended";
      return [{ kind: "leave", end: { status: 0 } }];
    }
    const graceMs = Math.max(0, this.#shutdownGraceMs - shutdownReserveMs);
    return this.#kill("kill", graceMs, now);
  }

  timerFired(timer: TaskTimer, now: Instant): TaskEffect[] {
    if (this.#phase === "ended" || this.#phase === "waiting") return [];
    if (timer === "kill") return [{ kind: "signal", signal: "SIGKILL" }];
    return this.#kill("completion", policyGraceMs(this.#task?.kill_policy), now);
  }

  checkReported(report: CheckReport, now: Instant): TaskEffect[] {
    const task = this.#task;
    if (task === undefined || this.#phase !== "running") return [];
    if (report.kind === "check") {
      this.#attached = { ...this.#attached, check_status: report.status };
      const reason = "REASON_TASK_CHECK_STATUS_UPDATED";
      return [this.#update(task, "TASK_RUNNING", now, { reason })];
    }
    this.#attached = { ...this.#attached, healthy: report.healthy };
    const reason = "REASON_TASK_HEALTH_CHECK_STATUS_UPDATED";
    const update = this.#update(task, "TASK_RUNNING", now, { reason });
    if (!report.kill) return [update];
    return [update, ...this.#kill("kill", policyGraceMs(task.kill_policy), now)];
  }

  #begin(task: TaskInfo, phase: TaskPhase): void {
    this.#task = task;
    this.#phase = phase;
    const status = emptyCheckStatus(task);
    if (status !== undefined) this.#attached = { check_status: status };
  }

  #kill(by: "kill" | "completion", graceMs: number, now: Instant): TaskEffect[] {
    const task = this.#task;
    if (task === undefined || this.#phase === "ended" || this.#phase === "waiting") return [];
    const killAt = later(now, graceMs);
    if (this.#killedBy !== undefined) return this.#shorten(killAt);
    const wasStarting = this.#phase === "starting";
    this.#killedBy = by;
    this.#killAt = killAt;
    this.#phase = "killing";
    const effects: TaskEffect[] = [
      { kind: "stopChecks" },
      { kind: "cancelWake", timer: "completion" },
      this.#recordKill(by, killAt),
    ];
    if (this.#tellsKilling && by === "kill") effects.push(this.#update(task, "TASK_KILLING", now));
    // What is still being started is signalled as soon as it runs.
    return wasStarting ? effects : [...effects, ...this.#signal()];
  }

  #signal(): TaskEffect[] {
    if (this.#isSignalled || this.#killAt === undefined) return [];
    this.#isSignalled = true;
    return [
      { kind: "signal", signal: "SIGTERM" },
      { kind: "wakeAt", timer: "kill", at: this.#killAt },
    ];
  }

  #shorten(killAt: Instant): TaskEffect[] {
    if (this.#killAt === undefined || killAt >= this.#killAt) return [];
    this.#killAt = killAt;
    const recorded = this.#recordKill(this.#killedBy ?? "kill", killAt);
    if (!this.#isSignalled) return [recorded];
    return [recorded, { kind: "wakeAt", timer: "kill", at: killAt }];
  }

  #recordKill(by: KillUnderWay["by"], killAt: Instant): TaskEffect {
    const { healthy } = this.#attached;
    return {
      kind: "recordKill",
      kill: { by, killAt, ...(healthy !== undefined && { healthy }) },
    };
  }

  #ended(state: TaskState, details: Partial<TaskUpdate>, now: Instant): TaskEffect[] {
    const task = this.#task;
    if (task === undefined || this.#phase === "ended") return [];
    this.#phase = "ended";
    return [
      { kind: "stopChecks" },
      { kind: "cancelWake", timer: "kill" },
      { kind: "cancelWake", timer: "completion" },
      this.#update(task, state, now, details),
      { kind: "leave", end: { status: 0 } },
    ];
  }

  #update(
    { task_id }: TaskInfo,
    state: TaskState,
    now: Instant,
    details: Partial<TaskUpdate> = {},
  ): TaskEffect {
    return {
      kind: "update",
      status: { task_id, state, timestamp: now / secondMs, ...this.#attached, ...details },
    };
  }
}

function completionWake(task: TaskInfo, launchedAt: Instant): TaskEffect[] {
  const completionNs = task.max_completion_time?.nanoseconds ?? 0;
  if (completionNs <= 0) return [];
  return [{ kind: "wakeAt", timer: "completion", at: later(launchedAt, completionNs / 1e6) }];
}

function policyGraceMs(policy: KillPolicy | undefined): number {
  const nanoseconds = policy?.grace_period?.nanoseconds;
  return nanoseconds === undefined ? defaultGraceMs : Math.max(0, nanoseconds / 1e6);
}

/** A task that is checked says so from the start, before there is a result. */
function emptyCheckStatus({ check }: TaskInfo): TaskStatus["check_status"] {
  if (check?.type === undefined) return undefined;
  const empty = { COMMAND: "command", HTTP: "http", TCP: "tcp" } as const;
  if (check.type === "UNKNOWN") return undefined;
  return { type: check.type, [empty[check.type]]: {} };
}
