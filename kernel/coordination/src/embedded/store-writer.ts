/** Where transactions run, and are brought onto the disk. */

import { CodedError } from "@tavola/base";
import type {
  ChangingSession,
  StoreChange,
  StoreTransactions,
  TransactionAnswer,
} from "./store-transaction.ts";
import type { WalSync } from "./wal-sync.ts";

export interface StoreWriter {
  /** One at a time. Resolves when what is done is on the disk. Rejects with what is a bug of ours. */
  run(changes: readonly StoreChange[], session: ChangingSession): Promise<TransactionAnswer>;
  /** What is under way comes to its end before. */
  close(): Promise<void>;
}

/** In this thread, which stands still for the transaction, but not for the disk. */
export class WriterHere implements StoreWriter {
  readonly #transactions: StoreTransactions;
  readonly #wal: WalSync;

  constructor(transactions: StoreTransactions, wal: WalSync) {
    this.#transactions = transactions;
    this.#wal = wal;
  }

  async run(changes: readonly StoreChange[], session: ChangingSession): Promise<TransactionAnswer> {
    const answer = this.#transactions.run(changes, session);
    if (answer.kind !== "done") return answer;
    try {
      await this.#wal.synced();
      return answer;
    } catch (cause) {
      return { kind: "unknown", cause };
    }
  }

  async close(): Promise<void> {
    this.#wal.close();
  }
}

/** For whoever waits: nobody knows, until the file is opened again. */
export function outcomeUnknown(file: string, cause: unknown): CodedError {
  const message = `${file}: the disk failed while it was written; whether the write was done is unknown`;
  return new CodedError("OUTCOME_UNKNOWN", message, { file }, { transient: true, cause });
}
