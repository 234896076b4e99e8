/**
 * What an agent is told once, at its start, and what Mesos fixes as constants.
 *
 * The shell reads flags, environment and machine, and freezes the result; the core only reads it.
 */

import { minuteMs, secondMs } from "@tavola/base";
import type { AgentInfo, AgentInfo_Capability_Type, Upid } from "@tavola/protocol";
import type { Resources } from "@tavola/resources";

export interface AgentConfig {
  /** Ours: `slave(1)@ip:port`, as others reach it. */
  readonly upid: Upid;
  readonly version: string;
  /** Without an id; resources in the form that `Resources.toList` gives. */
  readonly info: AgentInfo;
  readonly totalResources: Resources;
  readonly capabilities: readonly AgentInfo_Capability_Type[];
  /** 16 random bytes; one value for the life of the process, as operations do not exist yet. */
  readonly resourceVersionUuid: Uint8Array;
  /** Absolute. */
  readonly workDir: string;
  readonly switchUser: boolean;
  readonly launcherDir: string;
  /** Resources (`cpus`, `mem`) of which a task may have a limit above its request; needs cgroups. */
  readonly limitableResources: ReadonlySet<string>;
  /** Whether cpus are a hard limit for every task (`--cgroups_enable_cfs`). */
  readonly canLimitCpus: boolean;
  /** Replaces the environment that executors would inherit; undefined: they inherit `inheritedEnvironment`. */
  readonly executorEnvironment: Readonly<Record<string, string>> | undefined;
  readonly inheritedEnvironment: Readonly<Record<string, string>>;
  readonly registrationBackoffMs: number;
  readonly executorRegistrationTimeoutMs: number;
  readonly executorShutdownGraceMs: number;
  readonly executorReregistrationTimeoutMs: number;
  readonly recoveryTimeoutMs: number;
  /** What becomes of executors that an earlier agent left: taken up again, or all ended, then the agent. */
  readonly recover: "reconnect" | "cleanup";
  readonly completedExecutorsPerFrameworkMax: number;
}

export const limits = {
  /** Registration back-off doubles up to this. */
  registrationBackoffMsMax: minuteMs,
  /** Until a master says otherwise. */
  masterPingTimeoutMs: 75 * secondMs,
  /** An update that nobody acknowledges is sent again after this, doubling… */
  updateRetryMsMin: 10 * secondMs,
  /** …up to this. */
  updateRetryMsMax: 10 * minuteMs,
  /** An update that the disk did not take is written again after this, doubling… */
  updateRewriteMsMin: secondMs,
  /** …up to this. */
  updateRewriteMsMax: 15 * secondMs,
  /** The most that executors get to come back after the agent's restart, however many they are. */
  executorReregistrationTimeoutMsMax: 15 * secondMs,
  /** Executors try again at the latest after the timeout, and must then still get through. */
  executorReregistrationMarginMs: 500,
  /** How long a launch may be on its way: as long as TCP goes on trying. */
  launchInTransitMsMax: 15 * minuteMs,
  launchesInTransitMax: 10_000,
  executorHeartbeatMs: 30 * minuteMs,
  completedFrameworksMax: 50,
  completedTasksPerExecutorMax: 200,
  /** How long `shutdown` waits for tasks' last updates to be acknowledged before it unregisters. */
  shutdownAcknowledgementMsMax: 5 * secondMs,
} as const;

/** What a command task's executor may use on top of its task. */
export const commandExecutorOverhead = { cpus: 0.1, memMegabytes: 32 } as const;
