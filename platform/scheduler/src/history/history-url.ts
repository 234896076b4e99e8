/**
 * How the history's database is named on a command line.
 *
 *     sqlite:///absolute/file.db
 *     postgres://[user[:password]@]host[:port]/database[?sslmode=disable|require|verify-full][&host=/socket/folder]
 *
 * As in every PostgreSQL client, what is special in a user's name or a password is percent-encoded.
 * What is formatted for a log never holds a password.
 */

import type { Result } from "@tavola/base";

export type HistoryUrl = SqliteUrl | PostgresUrl;

export interface SqliteUrl {
  readonly scheme: "sqlite";
  readonly file: string;
}

export interface PostgresUrl {
  readonly scheme: "postgres";
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | undefined;
  readonly database: string;
  readonly sslMode: SslMode;
}

/** Plain; encrypted to whoever answers; encrypted to the host named, as certificates prove. */
const sslModes = ["disable", "require", "verify-full"] as const;
type SslMode = (typeof sslModes)[number];

const expected =
  'expected "sqlite:///absolute/file" or "postgres://user:password@host:port/database"';
const defaultPort = 5432;

/** The error is one sentence that says what was expected; it never repeats a password. */
export function parseHistoryUrl(text: string): Result<HistoryUrl> {
  const trimmed = text.trim();
  if (trimmed.startsWith("sqlite:")) return parseSqlite(trimmed);
  if (/^postgres(?:ql)?:\/\//.test(trimmed)) return parsePostgres(trimmed);
  const [, scheme] = /^([a-z]+):/.exec(trimmed) ?? [];
  const what = scheme === undefined ? "it has no scheme" : `"${scheme}:" is none`;
  return { error: `this is not how a history's database is named (${what}): ${expected}` };
}

function parseSqlite(text: string): Result<HistoryUrl> {
  const file = text.slice("sqlite://".length);
  const isFile =
    text.startsWith("sqlite:///") && file.length > 1 && !file.endsWith("/") && !file.includes("\0");
  if (isFile) return { value: { scheme: "sqlite", file } };
  return { error: `"${text}" names no file: expected "sqlite:///" and its absolute path` };
}

function parsePostgres(text: string): Result<HistoryUrl> {
  if (!URL.canParse(text)) return { error: `this names no PostgreSQL database: ${expected}` };
  const url = new URL(text);
  const known = ["sslmode", "host"];
  const unknown = [...url.searchParams.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined) {
    return {
      error: `"${unknown}" is no parameter of a postgres:// name: known are ${known.join(", ")}`,
    };
  }
  const database = decode(url.pathname.slice(1));
  const user = decode(url.username);
  const password = decode(url.password);
  if (database === undefined || user === undefined || password === undefined) {
    return {
      error: 'a "%" in a postgres:// name begins two hexadecimal digits; write "%25" for itself',
    };
  }
  if (database === "" || database.includes("/")) {
    return { error: `a postgres:// name ends in the database's: ${expected}` };
  }
  const host = url.searchParams.get("host") ?? url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (host === "") return { error: `a postgres:// name says which host: ${expected}` };
  const sslMode = url.searchParams.get("sslmode") ?? "disable";
  if (!isSslMode(sslMode)) {
    return { error: `sslmode "${sslMode}" is not one of ${sslModes.join(", ")}` };
  }
  return {
    value: {
      scheme: "postgres",
      host,
      port: url.port === "" ? defaultPort : Number(url.port),
      user: user === "" ? "tavola" : user,
      password: password === "" ? undefined : password,
      database,
      sslMode,
    },
  };
}

function isSslMode(text: string): text is SslMode {
  return (sslModes as readonly string[]).includes(text);
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** For logs and messages: with the user, without the password. */
export function formatHistoryUrl(url: HistoryUrl): string {
  if (url.scheme === "sqlite") return `sqlite://${url.file}`;
  const { user, host, port, database } = url;
  const where = host.startsWith("/")
    ? `/${database}?host=${host}`
    : `${host.includes(":") ? `[${host}]` : host}:${port}/${database}`;
  return `postgres://${encodeURIComponent(user)}@${where}`;
}
