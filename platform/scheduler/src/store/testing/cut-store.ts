/**
 * A client of a store whose process dies at a chosen transaction, before it was sent or just after it
 * was done: from then on nothing it asks for is done or answered.
 */

import { CodedError } from "@tavola/base";
import type { Coordination, StoreWrite, TransactionOutcome } from "@tavola/coordination";

export interface Cut {
  /** Counts from 0. */
  readonly transaction: number;
  readonly isDone: boolean;
}

export interface CutClient {
  readonly client: Coordination;
  /** Whether it died. */
  readonly isCut: () => boolean;
}

export function cutClient(store: Coordination, cut: Cut): CutClient {
  let transactions = 0;
  let isOver = false;
  const assertAlive = (): void => {
    if (isOver) throw new CodedError("SESSION_EXPIRED", "the process died");
  };
  const transact = async (writes: readonly StoreWrite[]): Promise<TransactionOutcome> => {
    assertAlive();
    const isLast = transactions === cut.transaction;
    transactions += 1;
    if (isLast && cut.isDone) await store.transact(writes);
    isOver ||= isLast;
    assertAlive();
    return await store.transact(writes);
  };
  const client = new Proxy(store, {
    get(target, name) {
      if (name === "transact") return transact;
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...given: unknown[]): unknown => {
        assertAlive();
        return Reflect.apply(value, target, given);
      };
    },
  });
  return { client, isCut: () => isOver };
}
