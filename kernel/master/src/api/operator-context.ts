/**
 * What the operator's side of the master (operator API, JSON endpoints, event stream) is given, and
 * what it gives back.
 *
 * `operator-routes.ts` exports `createOperatorRoutes(context: OperatorContext): OperatorRoutes`. The
 * shell puts its routes into one `createRouter` (delegate `master`) with the scheduler API's. They
 * check leadership themselves, see `leadership.ts`.
 */

import type { Allocator } from "@tavola/allocator";
import type { AgentId, FrameworkId } from "@tavola/base";
import type {
  Clock,
  Logger,
  LogLevel,
  MachineLoad,
  Metrics,
  Route,
  ServedFiles,
} from "@tavola/host";
import type { CommandResult, OperatorEvent } from "../core/effects.ts";
import type { MasterState } from "../core/state.ts";

export interface OperatorContext {
  /** Read only; see its header. */
  readonly state: MasterState;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Default: this machine's. */
  readonly machineLoad?: (() => MachineLoad) | undefined;
  /** For metrics only. */
  readonly allocator: Pick<Allocator, "roleShares" | "usage">;
  /** With a level that can be set; without, the logging calls only remember what they were told. */
  readonly logger: Logger & { level?: LogLevel };
  /** What `/files/*`, LIST_FILES and READ_FILE serve; the log, where there is one. */
  readonly files: ServedFiles;
  /** Every flag as text, for `/flags` and `/state`. */
  readonly flagsShown: Readonly<Record<string, string>>;
  /** Stops at the returned function. Listeners run in the turn's effects and must not throw. */
  subscribe(listener: (event: OperatorEvent) => void): () => void;
  /** 200, or 400 with a sentence. */
  teardownFramework(id: FrameworkId): Promise<CommandResult>;
  /** 200 once durable (also when it is gone already), 404 unknown, 503 while under way. */
  markAgentGone(id: AgentId): Promise<CommandResult>;
}

export interface OperatorRoutes {
  readonly routes: readonly Route[];
  /** Cancels timers. The streams end with the endpoint. */
  close(): void;
}
