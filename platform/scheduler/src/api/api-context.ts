/**
 * What the API needs of the daemon around it.
 */

import type { CodedError, Instant } from "@tavola/base";
import type { Clock, HttpClient, Logger, Metrics } from "@tavola/host";
import type { HostState } from "../core/model/answers.ts";
import type {
  AgentUsage,
  ClusterUtilization,
  RequestUtilization,
  TaskUsage,
} from "../core/model/usage.ts";
import type { SchedulerConfig } from "../core/scheduler-config.ts";
import type { SchedulerState } from "../core/state.ts";
import type { Turn } from "../core/turn.ts";
import type { HistoryStore } from "../history/history-store.ts";
import type { AuthSettings } from "./auth/auth-settings.ts";
import type { TaskFiles } from "./task-files.ts";

/** The part of the engine that the API uses. */
export interface Decider {
  readonly state: SchedulerState;
  readonly config: SchedulerConfig;
  readonly now: Instant;
  /** Why the store does not take what was decided; undefined: it does. */
  readonly trouble: string | undefined;
  decide<T>(what: (turn: Turn) => T): Promise<T>;
}

export interface ApiContext {
  /** Before `/api`, without a slash at its end: `/singularity`, or "" for none. */
  readonly contextPath: string;
  /** The engine, while this scheduler leads and has loaded its state. */
  readonly engine: () => Decider | undefined;
  /** Where the leader is reached, its context path included; undefined: nobody leads. */
  readonly leaderUrl: () => string | undefined;
  /** Why the store cannot be used just now, for whoever asks when nobody leads. */
  readonly storeTrouble?: () => string | undefined;
  readonly http: HttpClient;
  readonly history: HistoryStore;
  readonly auth: AuthSettings;
  readonly files: TaskFiles;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** This scheduler and its connection to the master, as `GET /state` lists it. */
  readonly hostState: () => HostState;
  readonly usage?: UsageReports;
  /** Calls below `/test` do what they say; else they are refused. */
  readonly allowTestResourceCalls: boolean;
  readonly tests?: TestControls;
  /** Larger bodies are refused with 413. Default 4 MiB. */
  readonly bodyBytesMax?: number;
  /** Something of ours failed; it is logged, and the caller is told as much as helps. */
  readonly failed?: (error: CodedError) => void;
}

/** What was measured of agents and tasks. */
export interface UsageReports {
  agents(): readonly AgentUsage[];
  cluster(): ClusterUtilization | undefined;
  requests(): readonly RequestUtilization[];
  /** Oldest first. */
  task(taskId: string): readonly TaskUsage[];
}

/** What tests and operators may force besides what is a decision. Rejects with a CodedError when it cannot. */
export interface TestControls {
  purgeHistory(): Promise<void>;
}
