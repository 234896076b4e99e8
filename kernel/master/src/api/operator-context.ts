/**
 * What the operator's side of the master (operator API, JSON endpoints, event stream) is given.
 *
 * `operator-routes.ts` exports `createOperatorRoutes(context: OperatorContext): OperatorRoutes`; the
 * shell asks it for every request that is not the scheduler API's. Leadership (307, 503) is checked
 * before by the router for the paths that demand it, see `router.ts`.
 */

import type { Allocator } from "@tavola/allocator";
import type { AgentId, FrameworkId } from "@tavola/base";
import type { Clock, HttpRequest, HttpResponse, Logger, LogLevel, Metrics } from "@tavola/host";
import type { CommandResult, OperatorEvent } from "../core/effects.ts";
import type { MasterState } from "../core/state.ts";

export interface OperatorContext {
  /** Read only; see its header. */
  readonly state: MasterState;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** For metrics only. */
  readonly allocator: Pick<Allocator, "roleShares" | "usage">;
  /** With a level that can be set; without, the logging calls only remember what they were told. */
  readonly logger: Logger & { level?: LogLevel };
  /** Every flag as text, for `/flags` and `/state`. */
  readonly flagsShown: Readonly<Record<string, string>>;
  /** Stops at the returned function. Listeners run in the turn's effects and must not throw. */
  subscribe(listener: (event: OperatorEvent) => void): () => void;
  /** 200, or 400 with a sentence. */
  teardownFramework(id: FrameworkId): Promise<CommandResult>;
  /** 200 once durable (also when it is gone already), 404 unknown, 503 while under way. */
  markAgentGone(id: AgentId): Promise<CommandResult>;
}

/** undefined: no such path here. `path` is decoded, without a trailing slash and the `/master` prefix. */
export type OperatorRoutes = (
  path: string,
  request: HttpRequest,
) => HttpResponse | Promise<HttpResponse> | undefined;
