/**
 * Writes to the file, together: what is asked for in one turn, or while an earlier transaction is on
 * its way to the disk, is one transaction with one fsync. Nobody is told before that is done; the event
 * loop does not wait for it.
 *
 * A lock that another process holds is tried again a few milliseconds later, until `lockWaitMs` are over.
 */

import type { CodedError, Instant, Random } from "@tavola/base";
import type { Clock, Timer } from "@tavola/host";
import type {
  ChangeOutcome,
  ChangingSession,
  StoreChange,
  TransactionAnswer,
} from "./store-transaction.ts";
import type { StoreWriter } from "./store-writer.ts";

/** Between two attempts at a lock; the dice spread those who wait. */
const lockRetryMs = { min: 1, max: 10 } as const;

/** Nothing more is to be written through this. */
export type WhyOver = Extract<TransactionAnswer, { readonly kind: "over" | "unknown" }>;

export interface GroupCommitOptions {
  readonly writer: StoreWriter;
  readonly clock: Clock;
  readonly random: Random;
  readonly lockWaitMs: number;
  /** At the start of each transaction; what it throws refuses all parts. */
  readonly session: () => ChangingSession;
  /** After each transaction that was done. */
  readonly committed: () => void;
  /** What all that wait are told. */
  readonly errorOf: (why: WhyOver) => CodedError;
  /** Once they are. */
  readonly over: (why: WhyOver) => void;
}

interface Part {
  readonly change: StoreChange;
  readonly resolve: (value: ChangeOutcome["value"]) => void;
  readonly reject: (error: unknown) => void;
}

export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #waiting: Part[] = [];
  /** A transaction is to come, or on its way to the disk. */
  #isScheduled = false;
  #closedFor: CodedError | undefined;
  #lockedSince: Instant | undefined;
  #retry: Timer | undefined;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  /** It is a part of a transaction; a refusal of it undoes it alone. Resolves once it is on the disk. */
  add(change: StoreChange): Promise<ChangeOutcome["value"]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ change, resolve, reject });
      if (this.#isScheduled) return;
      this.#isScheduled = true;
      queueMicrotask(() => void this.#commit());
    });
  }

  /** What waits is rejected; nothing may be added any more. What is under way comes to its end. */
  close(error: CodedError): void {
    this.#retry?.cancel();
    this.#closedFor = error;
    this.#isScheduled = true;
    rejectAll(this.#take(), error);
  }

  #take(): readonly Part[] {
    const parts = this.#waiting;
    this.#waiting = [];
    return parts;
  }

  async #commit(): Promise<void> {
    const parts = this.#take();
    if (parts.length === 0) return;
    let answer: TransactionAnswer;
    try {
      const { writer, session } = this.#options;
      answer = await writer.run(
        parts.map(({ change }) => change),
        session(),
      );
    } catch (error) {
      this.#next();
      rejectAll(parts, error);
      return;
    }
    this.#answered(parts, answer);
  }

  #answered(parts: readonly Part[], answer: TransactionAnswer): void {
    if (answer.kind === "locked") {
      this.#locked(parts, answer.error);
      return;
    }
    this.#lockedSince = undefined;
    switch (answer.kind) {
      case "done":
        // Until it is on the disk, others wait for their turn.
        this.#next();
        for (const [index, outcome] of answer.outcomes.entries()) settle(parts[index], outcome);
        this.#options.committed();
        return;
      case "refused":
        this.#next();
        rejectAll(parts, answer.error);
        return;
      default:
        rejectAll(parts, this.#options.errorOf(answer));
        this.#options.over(answer);
    }
  }

  /** Later, or given up. */
  #locked(parts: readonly Part[], error: CodedError): void {
    const { clock, random, lockWaitMs } = this.#options;
    this.#lockedSince ??= clock.now();
    if (this.#closedFor !== undefined) {
      rejectAll(parts, this.#closedFor);
    } else if (clock.now() - this.#lockedSince < lockWaitMs) {
      this.#waiting = [...parts, ...this.#waiting];
      const { min, max } = lockRetryMs;
      const inMs = min + random.next() * (max - min);
      this.#retry = clock.after(inMs, () => void this.#commit());
    } else {
      this.#lockedSince = undefined;
      this.#isScheduled = false;
      rejectAll([...parts, ...this.#take()], error);
    }
  }

  /** What has come meanwhile is written now. */
  #next(): void {
    if (this.#closedFor !== undefined) return;
    this.#isScheduled = this.#waiting.length > 0;
    if (this.#isScheduled) queueMicrotask(() => void this.#commit());
  }
}

function settle(part: Part | undefined, { value, error }: ChangeOutcome): void {
  if (error === undefined) part?.resolve(value);
  else part?.reject(error);
}

function rejectAll(parts: readonly Part[], error: unknown): void {
  for (const { reject } of parts) reject(error);
}
