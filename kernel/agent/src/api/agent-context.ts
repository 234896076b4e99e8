/**
 * What the agent's HTTP API works with: the state to read, and where to take what it is asked to do.
 */

import type { Containerizer } from "@tavola/containerizer";
import type { Clock, Logger, LogLevel, Metrics, ServedFiles } from "@tavola/host";
import type { AgentEvent } from "../core/events.ts";
import type { AgentState } from "../core/state.ts";
import type { ExecutorStreams } from "../shell/executor-streams.ts";

export interface AgentContext {
  /** Live: to be read within one turn of the event loop. */
  readonly state: AgentState;
  readonly dispatch: (event: AgentEvent) => void;
  readonly streams: ExecutorStreams;
  readonly containerizer: Containerizer;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly logger: Logger & { level?: LogLevel };
  /** Sandboxes. */
  readonly files: ServedFiles;
  /** Every flag as text. */
  readonly flagsShown: Readonly<Record<string, string>>;
}
