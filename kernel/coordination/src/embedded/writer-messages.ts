/**
 * What the thread that writes is asked, and what it answers, as it is copied from one to the other.
 *
 * Values are moved together and not copied one by one: a view on a pooled buffer would take all of the
 * pool along. Of errors only what survives a copy is sent.
 */

import { CodedError } from "@tavola/base";
import type { StoreWrite } from "../coordination.ts";
import type {
  ChangeOutcome,
  ChangingSession,
  StoreChange,
  TransactionAnswer,
} from "./store-transaction.ts";

export interface PlainChanges {
  readonly changes: readonly StoreChange[];
  readonly session: ChangingSession;
}

interface PlainError {
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly transient: boolean;
  readonly cause: string | undefined;
}

type PlainOutcome =
  | { readonly value: ChangeOutcome["value"]; readonly error?: never }
  | { readonly error: PlainError };

export type PlainAnswer =
  | Extract<TransactionAnswer, { readonly kind: "over" }>
  | { readonly kind: "done"; readonly outcomes: readonly PlainOutcome[] }
  | { readonly kind: "locked" | "refused"; readonly error: PlainError }
  | { readonly kind: "unknown"; readonly cause: string };

/** `transfer` is what the message takes with it. */
export function plainChanges(
  changes: readonly StoreChange[],
  session: ChangingSession,
): { readonly message: PlainChanges; readonly transfer: readonly ArrayBuffer[] } {
  const room = new Room(changes);
  const moved = changes.map((change): StoreChange => {
    if (change.kind === "write") {
      return { kind: "write", writes: change.writes.map((write) => movedWrite(write, room)) };
    }
    return change.kind === "join" ? { ...change, value: room.take(change.value) } : change;
  });
  return { message: { changes: moved, session }, transfer: [room.buffer] };
}

function movedWrite(write: StoreWrite, room: Room): StoreWrite {
  return "value" in write ? { ...write, value: room.take(write.value) } : write;
}

/** One buffer for all values. */
class Room {
  readonly buffer: ArrayBuffer;
  #used = 0;

  constructor(changes: readonly StoreChange[]) {
    let bytes = 0;
    for (const change of changes) {
      if (change.kind === "join") bytes += change.value.length;
      if (change.kind !== "write") continue;
      for (const write of change.writes) if ("value" in write) bytes += write.value.length;
    }
    this.buffer = new ArrayBuffer(bytes);
  }

  take(value: Uint8Array): Uint8Array {
    const taken = new Uint8Array(this.buffer, this.#used, value.length);
    taken.set(value);
    this.#used += value.length;
    return taken;
  }
}

export function plainAnswer(answer: TransactionAnswer): PlainAnswer {
  switch (answer.kind) {
    case "done":
      return { kind: "done", outcomes: answer.outcomes.map(plainOutcome) };
    case "locked":
    case "refused":
      return { kind: answer.kind, error: plainError(answer.error) };
    case "unknown":
      return { kind: "unknown", cause: String(answer.cause) };
    case "over":
      return answer;
  }
}

export function restoredAnswer(answer: PlainAnswer): TransactionAnswer {
  switch (answer.kind) {
    case "done":
      return { kind: "done", outcomes: answer.outcomes.map(restoredOutcome) };
    case "locked":
    case "refused":
      return { kind: answer.kind, error: restoredError(answer.error) };
    default:
      return answer;
  }
}

function plainOutcome(outcome: ChangeOutcome): PlainOutcome {
  return outcome.error === undefined ? outcome : { error: plainError(outcome.error) };
}

function restoredOutcome(outcome: PlainOutcome): ChangeOutcome {
  return outcome.error === undefined ? outcome : { error: restoredError(outcome.error) };
}

function plainError({ code, message, details, transient, cause }: CodedError): PlainError {
  const told = cause === undefined ? undefined : String(cause);
  return { code, message, details, transient, cause: told };
}

function restoredError({ code, message, details, transient, cause }: PlainError): CodedError {
  const options = { transient, ...(cause === undefined ? {} : { cause }) };
  return new CodedError(code, message, details, options);
}
