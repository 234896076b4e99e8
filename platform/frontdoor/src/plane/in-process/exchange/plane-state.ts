/** What all requests of a plane share. */

import type { Random } from "@tavola/base";
import type { Clock, Logger } from "@tavola/host";
import type { Decider } from "../../../core/decide.ts";
import type { RequestObserver } from "../../data-plane.ts";
import type { PlaneTimeouts } from "../../plane-options.ts";
import type { RetryBudget } from "../core/limits/retry-budget.ts";
import type { RuleGate } from "./rule-gate.ts";
import type { ServiceDirectory } from "./service-directory.ts";

export interface PlaneState {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly observer: RequestObserver;
  readonly timeouts: PlaneTimeouts;
  readonly directory: ServiceDirectory;
  readonly retryBudget: RetryBudget;
  /** Replaced as one when the rules change. */
  routing: Routing;
  isTrusted(remoteAddress: string): boolean;
  /** Copies of requests that run. */
  mirrors: number;
}

export interface Routing {
  readonly decider: Decider;
  /** Headers that rules ask for, as `askedHeaders` has them. */
  readonly asked: ReadonlySet<string>;
  /** By a rule's text. */
  readonly gates: ReadonlyMap<string, RuleGate>;
}
