/**
 * Connections to PostgreSQL, as Kysely asks for them, with every failure told in our words.
 *
 * A connection on which anything but an answer came is thrown away, not given to the next one: it may
 * be dead without knowing. Connections are made when they are needed, so a server that went away and
 * came back needs nobody's attention.
 */

import type { Logger } from "@tavola/host";
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from "kysely";
import pg from "pg";
import type { PostgresUrl } from "../history-url.ts";
import { postgresFailure } from "./postgres-failures.ts";

const limits = {
  connections: 4,
  connectMs: 5000,
  /** The server gives a statement up; the client does so this much later, on one that says nothing at all. */
  graceMs: 1000,
  idleMs: 30_000,
} as const;

/** Of `int8`, which counts and times are; all of ours are below 2 to the 53rd. */
const int8 = 20;

export interface PoolOptions {
  /** For messages: the name without the password. */
  readonly description: string;
  readonly logger: Logger;
  readonly statementMsMax: number;
}

export function postgresPool(url: PostgresUrl, options: PoolOptions): PostgresPool {
  const { description, logger, statementMsMax } = options;
  const pool = new pg.Pool({
    host: url.host,
    port: url.port,
    user: url.user,
    password: url.password ?? "",
    database: url.database,
    ssl: url.sslMode === "disable" ? false : { rejectUnauthorized: url.sslMode === "verify-full" },
    application_name: "tavola scheduler",
    max: limits.connections,
    connectionTimeoutMillis: limits.connectMs,
    idleTimeoutMillis: limits.idleMs,
    statement_timeout: statementMsMax,
    query_timeout: statementMsMax + limits.graceMs,
    keepAlive: true,
    types: { getTypeParser },
  });
  // An idle connection that breaks; the next call makes another.
  pool.on("error", (error) => logger.debug({ store: description, error }, "a connection broke"));
  return {
    connect: async () => {
      try {
        return clientOf(await pool.connect(), description);
      } catch (error) {
        throw postgresFailure(error, description);
      }
    },
    end: () => pool.end(),
  };
}

function getTypeParser(oid: number, format?: "text" | "binary"): (value: string) => unknown {
  if (oid === int8) return Number;
  return pg.types.getTypeParser(oid, format as "text");
}

function clientOf(client: pg.PoolClient, description: string): PostgresPoolClient {
  let isBroken = false;
  const query = async <R>(
    sql: string,
    parameters: readonly unknown[],
  ): Promise<PostgresQueryResult<R>> => {
    try {
      return (await client.query(sql, [...parameters])) as unknown as PostgresQueryResult<R>;
    } catch (error) {
      isBroken ||= !(error instanceof pg.DatabaseError);
      throw postgresFailure(error, description);
    }
  };
  // A connection that breaks between two statements of a transaction; the next statement fails.
  const onError = (): void => {
    isBroken = true;
  };
  client.on("error", onError);
  return {
    query: query as PostgresPoolClient["query"],
    release: () => {
      client.off("error", onError);
      client.release(isBroken);
    },
  };
}
