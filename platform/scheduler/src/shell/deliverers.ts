/**
 * From outboxes to those who deliver, and back: what has arrived leaves its outbox.
 */

import { describeError, type Random } from "@tavola/base";
import type { Clock, Logger, Metrics } from "@tavola/host";
import type { RecordKind } from "../core/records.ts";
import type { HistoryStore } from "../history/history-store.ts";
import { HistoryWriter, type OutboxRecord } from "../history/history-writer.ts";
import type { Retention } from "../history/retention.ts";
import type { Engine } from "./engine.ts";
import type { Deliverer } from "./outboxes.ts";

type OutboxKind = Extract<RecordKind, `outbox${string}`>;

/**
 * Takes delivered records out. One that was replaced meanwhile stays: its new content has yet to go.
 * Whoever no longer leads need not: the next leader delivers again, and nobody minds.
 */
export function confirmDelivered(
  engine: Engine,
  logger: Logger,
  delivered: readonly {
    readonly kind: OutboxKind;
    readonly key: string;
    readonly value?: unknown;
  }[],
): void {
  engine
    .decide((turn) => {
      for (const { kind, key, value } of delivered) {
        if (value === undefined || turn.get(kind, key) === value) turn.remove(kind, key);
      }
    })
    .catch((error: unknown) => {
      logger.debug({ error: describeError(error) }, "deliveries not confirmed");
    });
}

export interface HistoryDelivererOptions {
  readonly engine: Engine;
  readonly history: HistoryStore;
  readonly retention: Retention;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export function createHistoryDeliverer(options: HistoryDelivererOptions): Deliverer {
  const { engine, logger } = options;
  const writer = new HistoryWriter({
    ...options,
    confirm: (records) => confirmDelivered(engine, logger, records),
  });
  return {
    deliver: () => writer.add(waitingRecords(engine)),
    close: () => writer.close(),
  };
}

function waitingRecords({ state: { records } }: Engine): readonly OutboxRecord[] {
  const waiting: OutboxRecord[] = [];
  for (const [key, value] of records.outboxRequest)
    waiting.push({ kind: "outboxRequest", key, value });
  for (const [key, value] of records.outboxDeploy)
    waiting.push({ kind: "outboxDeploy", key, value });
  for (const [key, value] of records.outboxTask) waiting.push({ kind: "outboxTask", key, value });
  return waiting;
}
