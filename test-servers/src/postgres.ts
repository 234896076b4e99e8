/**
 * PostgreSQL as Debian packages it, one server on data of its own.
 *
 * It refuses to run as root, so there it runs as the package's user. Writes are not synced to disk: a
 * killed process loses nothing by it, only a machine would. There is one user, with a password, and
 * the database `postgres`; a test makes others as it needs them.
 */

import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { chmod, chown, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Result } from "@tavola/base";
import {
  descendantsOf,
  findUser,
  isRunning,
  type ProcessIdentity,
  readProcesses,
  signalProcess,
} from "@tavola/host";
import { type Ensemble, type ServerKind, startEnsemble, type TestServer } from "./ensemble.ts";
import { freePorts } from "./free-ports.ts";

export interface PostgresOptions {
  /** More settings, `name=value`. */
  readonly settings?: readonly string[];
}

export interface Postgres {
  readonly server: TestServer;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** `postgres://user:password@host:port/database` */
  url(database?: string): string;
  /** Resolves when it serves clients; at most 30 s. */
  untilServing(): Promise<void>;
  /** Ends it and removes its folder. Idempotent. */
  close(): Promise<void>;
}

const versions = "/usr/lib/postgresql";
const user = "tavola";
const password = "test-secret";
const address = "127.0.0.1";
const pauseMs = 5;
const run = promisify(execFile);

/** Whether this machine has it; the error names the package to install. */
export function findPostgres(): Result<{ readonly folder: string }> {
  const [newest] = existsSync(versions)
    ? readdirSync(versions).toSorted((a, b) => Number(b) - Number(a))
    : [];
  const folder = join(versions, newest ?? "*", "bin");
  for (const program of ["initdb", "postgres", "pg_isready"]) {
    const file = join(folder, program);
    if (!existsSync(file)) return { error: `${file} is missing: apt-get install postgresql` };
  }
  if (process.getuid?.() === 0 && findUser("postgres") === undefined) {
    return { error: 'there is no user "postgres" to run it as: apt-get install postgresql' };
  }
  return { value: { folder } };
}

/** Starts it and resolves when it serves. Rejects with the package's name when it is not installed. */
export async function startPostgres(options: PostgresOptions = {}): Promise<Postgres> {
  const found = findPostgres();
  if (found.error !== undefined) throw new Error(found.error);
  const { folder: programs } = found.value;
  const ports = await freePorts(address, 1);
  const [port = 0] = ports;
  const as = unprivileged();
  const ensemble = await startEnsemble([{ address }], ports, async (root): Promise<ServerKind> => {
    await makeCluster(join(root, "0"), programs, as);
    return {
      name: "PostgreSQL",
      scheme: "postgres",
      command: (_at, folder) => ({
        argv: [...as.words, ...commandLine(programs, folder, port, options.settings ?? [])],
        cwd: folder,
        logFile: join(folder, "server.log"),
      }),
      isServing: async () => {
        await run(join(programs, "pg_isready"), ["-q", "-h", address, "-p", String(port)]);
        return true;
      },
    };
  });
  return postgresOf(ensemble, port);
}

function postgresOf(ensemble: Ensemble, port: number): Postgres {
  const [inner] = ensemble.servers;
  if (inner === undefined) throw new Error("an ensemble of one has one");
  const kill = async (): Promise<void> => {
    const family = inner.isRunning ? descendantsOf(inner.pid, readProcesses()) : [];
    await inner.kill();
    await endAll(family);
  };
  const restart = async (): Promise<void> => {
    await kill();
    await inner.restart();
  };
  return {
    server: {
      address: inner.address,
      port,
      get pid() {
        return inner.pid;
      },
      get isRunning() {
        return inner.isRunning;
      },
      kill,
      stop: () => inner.stop(),
      cont: () => inner.cont(),
      restart,
    },
    port,
    user,
    password,
    url: (database = "postgres") => `postgres://${user}:${password}@${address}:${port}/${database}`,
    untilServing: () => ensemble.untilServing(),
    close: async () => {
      await kill();
      await ensemble.close();
    },
  };
}

/** Those who serve connections notice the server's death when they come to it, and keep its memory till then. */
async function endAll(family: readonly ProcessIdentity[]): Promise<void> {
  for (const member of family) {
    signalProcess(member, "SIGKILL");
  }
  while (family.some(isRunning)) await new Promise((resolve) => setTimeout(resolve, pauseMs));
}

interface Unprivileged {
  /** Before the command; the kernel forgets who dies with whom when the user changes. */
  readonly words: readonly string[];
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
}

function unprivileged(): Unprivileged {
  const owner = process.getuid?.() === 0 ? findUser("postgres") : undefined;
  if (owner === undefined) return { words: [], owner };
  const words = ["setpriv", "--reuid", String(owner.uid), "--regid", String(owner.gid)];
  return { words: [...words, "--clear-groups", "--pdeathsig", "KILL"], owner };
}

async function makeCluster(folder: string, programs: string, as: Unprivileged): Promise<void> {
  await mkdir(folder);
  const passwordFile = join(folder, "password");
  await writeFile(passwordFile, password);
  if (as.owner !== undefined) {
    const { uid, gid } = as.owner;
    await chmod(join(folder, ".."), 0o711);
    await chown(folder, uid, gid);
    await chown(passwordFile, uid, gid);
  }
  const words = [
    ...as.words,
    join(programs, "initdb"),
    `--pgdata=${join(folder, "data")}`,
    `--username=${user}`,
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C.UTF-8",
    "--no-sync",
  ];
  const [program = "", ...rest] = words;
  await run(program, rest, { cwd: folder });
}

function commandLine(
  programs: string,
  folder: string,
  port: number,
  settings: readonly string[],
): readonly string[] {
  const all = [
    `listen_addresses=${address}`,
    `unix_socket_directories=${folder}`,
    "fsync=off",
    "shared_buffers=16MB",
    "max_connections=20",
    ...settings,
  ];
  const words = all.flatMap((setting) => ["-c", setting]);
  return [join(programs, "postgres"), "-D", join(folder, "data"), "-p", String(port), ...words];
}
