/**
 * The operator's side of a master over a given state, with a clock that stands still and commands that
 * are answered as told.
 */

import {
  createMetrics,
  createRouter,
  type HttpHandler,
  type Logger,
  type LogLevel,
  type Metrics,
  ServedFiles,
  type SimulatedClock,
  silentLogger,
  simulatedClock,
} from "@tavola/host";
import type { OperatorContext } from "../api/operator-context.ts";
import { createOperatorRoutes } from "../api/operator-routes.ts";
import type { CommandResult, OperatorEvent } from "../core/effects.ts";
import type { MasterState } from "../core/state.ts";
import { type RecordedCluster, recordedCluster } from "./recorded-cluster.ts";

export interface OperatorFixture {
  readonly handle: HttpHandler;
  readonly state: MasterState;
  readonly clock: SimulatedClock;
  readonly metrics: Metrics;
  readonly logger: Logger & { level?: LogLevel };
  /** Ids that were asked to be torn down or marked gone, in order. */
  readonly commands: string[];
  /** How many listen to events. */
  readonly listeners: number;
  publish(event: OperatorEvent): void;
  close(): void;
}

export interface OperatorFixtureOptions {
  readonly cluster?: RecordedCluster;
  readonly flags?: Readonly<Record<string, string>>;
  readonly files?: ServedFiles;
  /** What commands are answered; default 200. */
  readonly result?: CommandResult;
}

export function operatorFixture(options: OperatorFixtureOptions = {}): OperatorFixture {
  const { state, allocator, now, flagsShown } = options.cluster ?? recordedCluster();
  const clock = simulatedClock(now);
  const metrics = createMetrics();
  const logger = { ...silentLogger, level: "info" as LogLevel };
  const listeners = new Set<(event: OperatorEvent) => void>();
  const commands: string[] = [];
  const command = async (id: string): Promise<CommandResult> => {
    commands.push(id);
    return options.result ?? { status: 200 };
  };
  const context: OperatorContext = {
    state,
    clock,
    metrics,
    allocator,
    logger,
    files: options.files ?? new ServedFiles(),
    flagsShown: { ...flagsShown, ...options.flags },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    teardownFramework: command,
    markAgentGone: command,
  };
  const operator = createOperatorRoutes(context);
  return {
    handle: createRouter({ delegate: "master", routes: operator.routes }),
    state,
    clock,
    metrics,
    logger,
    commands,
    get listeners() {
      return listeners.size;
    },
    publish(event) {
      for (const listener of listeners) listener(event);
    },
    close: operator.close,
  };
}
