/**
 * What must reach somebody else, and who takes it there.
 *
 * Records wait in the state until they are delivered. Deliverers are given what has become durable,
 * and nothing else: what is in memory only may never have been. They confirm what has arrived.
 */

import type { RecordKind, RecordKinds } from "../core/records.ts";
import type { RecordChange } from "../core/turn.ts";

export type OutboxKind = Extract<RecordKind, `outbox${string}`>;

export interface OutboxEntry<K extends OutboxKind = OutboxKind> {
  readonly kind: K;
  readonly key: string;
  readonly value: RecordKinds[K];
}

export interface Deliverer {
  /** Takes them; what it has taken already, it passes over. Waits for nothing. */
  deliver(entries: readonly OutboxEntry[]): void;
  /** What is not delivered by then stays in its outbox. */
  close(): Promise<void>;
}

export type Deliverers = Readonly<Record<OutboxKind, Deliverer>>;

/** All but what announces tasks and withdraws them, which is a part of leading. */
export type OutwardDeliverers = Omit<Deliverers, "outboxWithdrawal">;

/** PERF: O(changes). */
export function deliverDurable(deliverers: Deliverers, changes: Iterable<RecordChange>): void {
  const entries = new Map<Deliverer, OutboxEntry[]>();
  for (const { kind, key, value } of changes) {
    const deliverer = (deliverers as Readonly<Partial<Record<RecordKind, Deliverer>>>)[kind];
    if (deliverer === undefined || value === undefined) continue;
    const entry = { kind, key, value } as OutboxEntry;
    const others = entries.get(deliverer);
    if (others === undefined) entries.set(deliverer, [entry]);
    else others.push(entry);
  }
  for (const [deliverer, all] of entries) deliverer.deliver(all);
}
