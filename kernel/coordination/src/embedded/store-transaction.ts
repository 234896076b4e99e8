/**
 * One transaction on the embedded store's file: several changes, each with a savepoint of its own, so
 * that one that is refused leaves the others alone.
 *
 * Blocks the thread that it runs in; which one that is, is the caller's choice. What comes of it is not
 * yet safe from a power cut: that is the caller's as well.
 */

import { statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { CodedError, type Instant } from "@tavola/base";
import type { Member, StorePath, StoreWrite, TransactionOutcome } from "../coordination.ts";
import { EmbeddedTree } from "./embedded-tree.ts";
import { prepareRenewal, type SessionRenewal } from "./session-renewal.ts";
import { isBusy, isOutcomeOpen, sqliteError } from "./sqlite-errors.ts";

export type StoreChange =
  | { readonly kind: "write"; readonly writes: readonly StoreWrite[] }
  | {
      readonly kind: "join";
      readonly group: StorePath;
      readonly prefix: string;
      readonly value: Uint8Array;
    }
  | { readonly kind: "leave"; readonly path: StorePath };

/** For whom: a session that is over changes nothing, whatever its owner believes. */
export interface ChangingSession {
  readonly id: number;
  readonly now: Instant;
}

export type ChangeOutcome =
  | { readonly value: TransactionOutcome | Member | undefined; readonly error?: never }
  | { readonly error: CodedError; readonly value?: never };

export type TransactionAnswer =
  | { readonly kind: "done"; readonly outcomes: readonly ChangeOutcome[] }
  /** Nothing was done. Somebody else writes just now. */
  | { readonly kind: "locked"; readonly error: CodedError }
  /** Nothing was done. */
  | { readonly kind: "refused"; readonly error: CodedError }
  /** Nothing was done, nor will be: the session, or the file, is not there any more. */
  | { readonly kind: "over"; readonly what: "session" | "file" }
  /** The disk failed: it may be there after a crash, or not. */
  | { readonly kind: "unknown"; readonly cause: unknown };

export interface StoreTransactionsOptions {
  readonly database: DatabaseSync;
  readonly file: string;
  /** Its inode. SQLite would go on with one that has no name any more, and all of it would be lost. */
  readonly fileNumber: number;
}

export class StoreTransactions {
  readonly #options: StoreTransactionsOptions;
  readonly #tree: EmbeddedTree;
  readonly #renew: SessionRenewal;

  constructor(options: StoreTransactionsOptions) {
    this.#options = options;
    this.#tree = new EmbeddedTree(options.database, options.file);
    this.#renew = prepareRenewal(options.database);
  }

  /** Throws what is a bug of ours. */
  run(changes: readonly StoreChange[], session: ChangingSession): TransactionAnswer {
    const { database, file, fileNumber } = this.#options;
    if (!isSameFile(file, fileNumber)) return { kind: "over", what: "file" };
    let isEnding = false;
    try {
      database.exec("BEGIN IMMEDIATE");
      if (!this.#renew(session.id, session.now)) return { kind: "over", what: "session" };
      this.#tree.begin();
      const outcomes = changes.map((change) => this.#change(change, session.id));
      isEnding = true;
      database.exec("COMMIT");
      return { kind: "done", outcomes };
    } catch (error) {
      if (isEnding && isOutcomeOpen(error)) return { kind: "unknown", cause: error };
      const reason = sqliteError(error, file);
      if (!(reason instanceof CodedError)) throw error;
      return { kind: isBusy(error) ? "locked" : "refused", error: reason };
    } finally {
      if (database.isTransaction) database.exec("ROLLBACK");
    }
  }

  #change(change: StoreChange, session: number): ChangeOutcome {
    const { database } = this.#options;
    database.exec("SAVEPOINT part");
    let outcome: ChangeOutcome;
    let isKept = false;
    try {
      outcome = { value: this.#apply(change, session) };
      isKept = !isRefusal(outcome.value);
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      outcome = { error };
    }
    if (!isKept) database.exec("ROLLBACK TO part");
    database.exec("RELEASE part");
    return outcome;
  }

  #apply(change: StoreChange, session: number): TransactionOutcome | Member | undefined {
    switch (change.kind) {
      case "write":
        return this.#tree.write(change.writes);
      case "join":
        return this.#tree.addMember(change.group, change.prefix, change.value, session);
      case "leave":
        this.#tree.removeMember(change.path, session);
        return undefined;
    }
  }
}

function isRefusal(value: TransactionOutcome | Member | undefined): boolean {
  return value !== undefined && "done" in value && !value.done;
}

export function isSameFile(file: string, number: number): boolean {
  return statSync(file, { throwIfNoEntry: false })?.ino === number;
}
