/**
 * Kysely on Node's own SQLite. Kysely compiles the queries; here they are only carried to where they run.
 *
 * There is one connection, which transactions have for themselves. All of them write, so they take the
 * lock at their beginning, where waiting for it is possible.
 */

import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import type { SqliteValue } from "./sqlite-connection.ts";
import type { SqliteRunner } from "./sqlite-thread.ts";

export function sqliteDialect(runner: SqliteRunner): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new SqliteDriver(runner),
    createIntrospector: (database) => new SqliteIntrospector(database),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

class SqliteDriver implements Driver {
  readonly #runner: SqliteRunner;
  readonly #connection: DatabaseConnection;
  /** Settles when the connection is free. */
  #free: Promise<void> = Promise.resolve();
  #release: () => void = () => undefined;

  constructor(runner: SqliteRunner) {
    this.#runner = runner;
    this.#connection = { executeQuery: (query) => this.#execute(query), streamQuery: noStream };
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.#free;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#free = promise;
    await before;
    this.#release = resolve;
    return this.#connection;
  }

  async releaseConnection(): Promise<void> {
    this.#release();
  }

  async beginTransaction(): Promise<void> {
    await this.#runner.execute("BEGIN IMMEDIATE", []);
  }

  async commitTransaction(): Promise<void> {
    await this.#runner.execute("COMMIT", []);
  }

  async rollbackTransaction(): Promise<void> {
    await this.#runner.execute("ROLLBACK", []);
  }

  async destroy(): Promise<void> {
    await this.#runner.close();
  }

  async #execute<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, changes } = await this.#runner.execute(sql, parameters as readonly SqliteValue[]);
    return { rows: rows as R[], numAffectedRows: BigInt(changes) };
  }
}

function noStream(): never {
  throw new Error("SQLite's rows are not streamed here");
}
