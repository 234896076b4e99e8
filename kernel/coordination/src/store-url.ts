/**
 * How a store is named on a command line: `--zk`, and an agent's or a tool's `--master`.
 *
 *     zk://[user:password@]host1:port1,host2:port2/path    ZooKeeper; the port is 2181 where it is not said
 *     etcd://[user:password@]host1:port1,host2:port2/path  etcd; 2379
 *     sqlite:///absolute/file.db                           embedded, for one machine
 *
 * `file:///path` holds one of these on its first line, as Mesos has it for passwords. As with Mesos,
 * nothing is percent-encoded: a password may hold ":" and "@", and no "/".
 */

import { readFileSync } from "node:fs";
import type { Result } from "@tavola/base";
import type { StorePath } from "./coordination.ts";
import { validatePath } from "./store-path.ts";

export interface StoreUrl {
  readonly scheme: "zk" | "etcd" | "sqlite";
  readonly servers: readonly { readonly host: string; readonly port: number }[];
  readonly credentials: { readonly user: string; readonly password: string } | undefined;
  /** Of the group of masters; `/mesos`. For SQLite always `/mesos`. */
  readonly path: StorePath;
  /** SQLite's file. */
  readonly file: string | undefined;
}

type Server = StoreUrl["servers"][number];

const defaultPorts = { zk: 2181, etcd: 2379 } as const;
const groupInFile = "/mesos";
const expected =
  '"zk://host:port,host:port/path", "etcd://host:port/path", "sqlite:///absolute/file" or "file:///path" of a file that holds one of these';

/** Whether the text is meant as a store's name, rather than as a master's address. */
export function isStoreUrl(text: string): boolean {
  return /^(?:zk|etcd|sqlite|file):\/\//.test(text.trim());
}

/** The error is one sentence that says what was expected; it never repeats a password. */
export function parseStoreUrl(text: string): Result<StoreUrl, string> {
  const trimmed = text.trim();
  if (!trimmed.startsWith("file://")) return parseNamed(trimmed);
  const file = trimmed.slice("file://".length);
  if (!file.startsWith("/")) {
    return { error: `"${trimmed}" names no file: expected "file:///" and its absolute path` };
  }
  let line: string;
  try {
    line = readFileSync(file, "utf8").split("\n", 1)[0]?.trim() ?? "";
  } catch (error) {
    return { error: `the store's name cannot be read from ${file}: ${reasonOf(error)}` };
  }
  const parsed = line.startsWith("file://") ? { error: "it names another file" } : parseNamed(line);
  return parsed.error === undefined ? parsed : { error: `in ${file}: ${parsed.error}` };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function parseNamed(text: string): Result<StoreUrl, string> {
  const [, scheme, rest = ""] = /^([a-z]+):\/\/(.*)$/s.exec(text) ?? [];
  if (scheme === "sqlite") return parseFile(rest);
  if (scheme !== "zk" && scheme !== "etcd") {
    const what = scheme === undefined ? "it has no scheme" : `"${scheme}://" is none`;
    return { error: `this is not how a store is named (${what}): expected ${expected}` };
  }
  const slash = rest.indexOf("/");
  const authority = slash === -1 ? rest : rest.slice(0, slash);
  const at = authority.lastIndexOf("@");
  const path = parsePath(scheme, slash === -1 ? "" : rest.slice(slash));
  if (path.error !== undefined) return path;
  const credentials = parseCredentials(at === -1 ? undefined : authority.slice(0, at));
  if (credentials.error !== undefined) return credentials;
  const servers = parseServers(authority.slice(at + 1), defaultPorts[scheme]);
  if (servers.error !== undefined) return servers;
  return {
    value: {
      scheme,
      servers: servers.value,
      credentials: credentials.value,
      path: path.value,
      file: undefined,
    },
  };
}

function parsePath(scheme: string, text: string): Result<StorePath, string> {
  const path = text.replace(/\/$/, "");
  if (path === "") {
    return {
      error: `${scheme}:// needs a path behind its servers, such as "/mesos", under which the masters meet`,
    };
  }
  const error = validatePath(path);
  return error === undefined ? { value: path } : { error };
}

function parseCredentials(text: string | undefined): Result<StoreUrl["credentials"], string> {
  if (text === undefined) return { value: undefined };
  const colon = text.indexOf(":");
  if (colon <= 0) return { error: 'what stands before "@" is not "user:password"' };
  return { value: { user: text.slice(0, colon), password: text.slice(colon + 1) } };
}

function parseServers(text: string, defaultPort: number): Result<readonly Server[], string> {
  const servers: Server[] = [];
  for (const each of text.split(",")) {
    const server = parseServer(each.trim(), defaultPort);
    if (server.error !== undefined) return server;
    servers.push(server.value);
  }
  return { value: servers };
}

function parseServer(text: string, defaultPort: number): Result<Server, string> {
  const [, bracketed, plain, digits] =
    /^(?:\[([0-9a-fA-F:.%a-z]+)\]|([^:[\]\s]+))(?::(.*))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) {
    return { error: `server "${text}" is not "host" or "host:port" (IPv6 in brackets)` };
  }
  if (digits === undefined) return { value: { host, port: defaultPort } };
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : 0;
  if (port < 1 || port > 65535) {
    return { error: `port "${digits}" of server "${host}" is not a number from 1 to 65535` };
  }
  return { value: { host, port } };
}

function parseFile(file: string): Result<StoreUrl, string> {
  if (!file.startsWith("/") || file.endsWith("/") || file.includes("\0")) {
    return {
      error: `"sqlite://${file}" names no file: expected "sqlite:///" and its absolute path`,
    };
  }
  return {
    value: { scheme: "sqlite", servers: [], credentials: undefined, path: groupInFile, file },
  };
}

/** For logs and messages: with every port, with the user, without the password. */
export function formatStoreUrl(url: StoreUrl): string {
  if (url.scheme === "sqlite") return `sqlite://${url.file}`;
  const user = url.credentials === undefined ? "" : `${url.credentials.user}@`;
  const servers = url.servers.map(({ host, port }) =>
    host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`,
  );
  return `${url.scheme}://${user}${servers.join(",")}${url.path}`;
}
