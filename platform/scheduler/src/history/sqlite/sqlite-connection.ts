/**
 * One connection to an SQLite file: statements in, rows out, each call blocking its thread.
 *
 * Knows nothing of threads and of what the rows mean. A file that is there is looked at before it is
 * used: another program's is left alone.
 */

import { DatabaseSync, type StatementSync } from "node:sqlite";

/** What may be bound, and what comes back. */
export type SqliteValue = string | number | bigint | null | Uint8Array;

export interface SqliteAnswer {
  readonly rows: readonly unknown[];
  /** Of a statement that answers no rows. */
  readonly changes: number;
}

/** "TAVH": tells our histories from other programs' databases. */
const applicationId = 0x54415648;
/** Statements are few, but lists of ids make new ones. */
const preparedMax = 100;
const lockWaitMs = 5000;

export class SqliteConnection {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, { statement: StatementSync; answersRows: boolean }>();

  /** `":memory:"` is none that lasts. Throws SQLite's errors, and an Error for another program's file. */
  constructor(file: string) {
    this.#database = new DatabaseSync(file, { timeout: lockWaitMs });
    try {
      this.#claim(file);
      // What was confirmed to the outbox must survive a power cut.
      this.#database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  execute(sql: string, parameters: readonly SqliteValue[]): SqliteAnswer {
    // A full disk has undone the transaction already, and a ROLLBACK would hide that it was full.
    if (sql === "ROLLBACK" && !this.#database.isTransaction) return { rows: [], changes: 0 };
    const { statement, answersRows } = this.#prepare(sql);
    if (answersRows) return { rows: statement.all(...parameters), changes: 0 };
    return { rows: [], changes: Number(statement.run(...parameters).changes) };
  }

  close(): void {
    this.#database.close();
  }

  #claim(file: string): void {
    const id = this.#number("PRAGMA application_id");
    if (id === applicationId) return;
    const tables = this.#number("SELECT count(*) FROM sqlite_schema");
    if (id !== 0 || tables > 0)
      throw new ForeignFileError(`${file} is a database of another program`);
    this.#database.exec(`PRAGMA application_id = ${applicationId}`);
  }

  #number(sql: string): number {
    return Number(Object.values(this.#database.prepare(sql).get() ?? {})[0]);
  }

  #prepare(sql: string): { statement: StatementSync; answersRows: boolean } {
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    if (this.#prepared.size >= preparedMax) this.#prepared.clear();
    const statement = this.#database.prepare(sql);
    const prepared = { statement, answersRows: statement.columns().length > 0 };
    this.#prepared.set(sql, prepared);
    return prepared;
  }
}

/** The file is somebody else's. */
class ForeignFileError extends Error {
  override readonly name = "ForeignFileError";
  readonly code = "FOREIGN_FILE";
}
