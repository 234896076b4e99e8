/**
 * One turn of the scheduler: something happened at one instant and is handled to its end.
 *
 * A rule is a function that takes the turn. It reads `turn.state`, changes records through `put` and
 * `remove`, and leaves effects for afterwards. Nothing is awaited within a turn. What a caller may be
 * refused is returned, not thrown (`Outcome`).
 */

import type { Instant, Random } from "@tavola/base";
import type { Effect } from "./effects.ts";
import type { RecordKind, RecordKinds } from "./records.ts";
import type { SchedulerConfig } from "./scheduler-config.ts";
import { fileRecord, type SchedulerState } from "./state.ts";

export interface TurnContext {
  readonly state: SchedulerState;
  readonly config: SchedulerConfig;
  readonly random: Random;
}

export interface RecordChange {
  readonly kind: RecordKind;
  readonly key: string;
  /** Absent: removed. */
  readonly value?: RecordKinds[RecordKind];
}

/** What a call that may be refused comes to. `status` is HTTP's; the message is for the person who called. */
export type Outcome<T> =
  | { readonly value: T; readonly refusal?: never }
  | { readonly refusal: Refusal; readonly value?: never };

export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 409 | 429;
  readonly message: string;
}

export function refused(status: Refusal["status"], message: string): { readonly refusal: Refusal } {
  return { refusal: { status, message } };
}

export class Turn {
  readonly state: SchedulerState;
  readonly config: SchedulerConfig;
  readonly random: Random;
  readonly now: Instant;
  readonly changes: RecordChange[] = [];
  readonly effects: Effect[] = [];

  constructor(context: TurnContext, now: Instant) {
    this.state = context.state;
    this.config = context.config;
    this.random = context.random;
    this.now = now;
  }

  get<K extends RecordKind>(kind: K, key: string): RecordKinds[K] | undefined {
    return (this.state.records[kind] as Map<string, RecordKinds[K]>).get(key);
  }

  /** Replaces the record, or makes it. */
  put<K extends RecordKind>(kind: K, key: string, record: RecordKinds[K]): void {
    fileRecord(this.state, kind, key, record);
    this.changes.push({ kind, key, value: record });
  }

  /** One that is not there is no error. */
  remove(kind: RecordKind, key: string): void {
    if (!this.state.records[kind].has(key)) return;
    fileRecord(this.state, kind, key, undefined);
    this.changes.push({ kind, key });
  }

  effect(effect: Effect): void {
    this.effects.push(effect);
  }

  /** Its rules are to be run before the turn ends. */
  dirty(requestId: string): void {
    this.state.dirty.add(requestId);
  }
}
