/**
 * How the last reconciliation with the master went: how long until every task known from before was
 * answered for, and how long each answer took.
 *
 * Kept in memory, one number for each answer while it lasts; a reconciliation of which an answer is
 * still out is not told of, the one before is.
 */

import type { Instant } from "@tavola/base";
import type { TaskReconciliationStatistics } from "../model/answers.ts";

export class ReconciliationBook {
  #startedAt: Instant | undefined;
  #answersMs: number[] = [];
  #rounds = 0;
  #last: TaskReconciliationStatistics | undefined;

  /** The last that ended. */
  get last(): TaskReconciliationStatistics | undefined {
    return this.#last;
  }

  /** Every task was asked about. With none to ask about it has ended already. */
  started(now: Instant, asked: number): void {
    this.#startedAt = now;
    this.#answersMs = [];
    this.#rounds = 1;
    if (asked === 0) this.#end(now);
  }

  /** Those that had not been answered for were asked about again. */
  askedAgain(): void {
    this.#rounds += 1;
  }

  answered(now: Instant, isLast: boolean): void {
    if (this.#startedAt === undefined) return;
    this.#answersMs.push(now - this.#startedAt);
    if (isLast) this.#end(now);
  }

  #end(now: Instant): void {
    const startedAt = this.#startedAt ?? now;
    this.#last = {
      taskReconciliationStartedAt: startedAt,
      taskReconciliationDurationMillis: now - startedAt,
      taskReconciliationIterations: this.#rounds,
      ...summaryOf(this.#answersMs),
    };
    this.#startedAt = undefined;
    this.#answersMs = [];
  }
}

function summaryOf(answersMs: readonly number[]): TaskReconciliationStatistics {
  const sorted = answersMs.toSorted((a, b) => a - b);
  const count = sorted.length;
  const mean = count === 0 ? 0 : sorted.reduce((sum, each) => sum + each, 0) / count;
  const squares = sorted.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  const at = (rank: number) => sorted[Math.min(count - 1, Math.floor(rank * count))] ?? 0;
  return {
    taskReconciliationResponseCount: count,
    taskReconciliationResponseMin: sorted[0] ?? 0,
    taskReconciliationResponseMax: sorted.at(-1) ?? 0,
    taskReconciliationResponseMean: mean,
    taskReconciliationResponseP50: at(0.5),
    taskReconciliationResponseP75: at(0.75),
    taskReconciliationResponseP95: at(0.95),
    taskReconciliationResponseP98: at(0.98),
    taskReconciliationResponseP99: at(0.99),
    taskReconciliationResponseP999: at(0.999),
    taskReconciliationResponseStddev: count === 0 ? 0 : Math.sqrt(squares / count),
  };
}
