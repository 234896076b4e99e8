/**
 * A history in memory, on the thread that asks: for tests and for simulations, where nothing may
 * happen that virtual time does not know of. Nothing survives it.
 */

import type { SqliteAnswer, SqliteValue } from "./sqlite-connection.ts";
import { SqliteConnection } from "./sqlite-connection.ts";
import { sqliteFailure } from "./sqlite-failures.ts";
import type { SqliteRunner } from "./sqlite-thread.ts";
import type { SqliteFailure } from "./sqlite-worker.ts";

const name = ":memory:";

export class SqliteHere implements SqliteRunner {
  readonly #connection = new SqliteConnection(name);

  async execute(sql: string, parameters: readonly SqliteValue[]): Promise<SqliteAnswer> {
    try {
      return this.#connection.execute(sql, parameters);
    } catch (error) {
      throw sqliteFailure(error as SqliteFailure, name);
    }
  }

  async close(): Promise<void> {
    this.#connection.close();
  }
}
