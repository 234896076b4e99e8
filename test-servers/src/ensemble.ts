/**
 * Several servers that are one store: started together, broken one by one, removed whole.
 *
 * What ZooKeeper and etcd have in common here. Their own files say how one is started and how one is
 * asked whether it serves.
 */

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { makeServerFolder, removeLeftFolders } from "./left-folders.ts";
import { guardFolder, type ServerCommand, ServerProcess } from "./server-process.ts";

/** Where a server runs, when it is not simply here on loopback. */
export interface ServerPlace {
  /** Others reach it there. */
  readonly address: string;
  /** Words before its command, which must `exec` it: `["ip", "netns", "exec", "zk1"]`. */
  readonly within?: readonly string[];
}

export interface TestServer {
  readonly address: string;
  /** For clients; stays over a restart. */
  readonly port: number;
  /** Of the process that runs now, or ran last. */
  readonly pid: number;
  readonly isRunning: boolean;
  /** SIGKILL; resolves when it is gone. Its data stays. */
  kill(): Promise<void>;
  /** SIGSTOP: it holds its connections and says nothing. */
  stop(): void;
  /** SIGCONT. */
  cont(): void;
  /** Kills it if it runs, and starts it on the same data and port. Resolves before it serves: see `untilServing()`. */
  restart(): Promise<void>;
}

export interface Ensemble {
  readonly servers: readonly TestServer[];
  /** `host:port,host:port` */
  readonly connectString: string;
  /** `zk://host:port,host:port/path`; `path` begins with "/". */
  url(path: string): string;
  /** Resolves when every server that runs and is not stopped serves clients; at most 30 s. */
  untilServing(): Promise<void>;
  /** Ends all of them and removes their folders. Idempotent. */
  close(): Promise<void>;
}

/** What one kind of server needs said about it. */
export interface ServerKind {
  readonly name: string;
  readonly scheme: string;
  /** How server `index` is started; its folder exists. */
  command(index: number, folder: string): ServerCommand;
  /** Whether it serves clients now; rejects or says no when it does not. */
  isServing(address: string, port: number): Promise<boolean>;
}

const servingMs = 30_000;
const pauseMs = 40;

class OneServer implements TestServer {
  readonly address: string;
  readonly port: number;
  readonly #start: () => ServerProcess;
  process: ServerProcess;
  isStopped = false;

  constructor(address: string, port: number, start: () => ServerProcess) {
    this.address = address;
    this.port = port;
    this.#start = start;
    this.process = start();
  }

  get pid(): number {
    return this.process.pid;
  }

  get isRunning(): boolean {
    return this.process.isRunning;
  }

  async kill(): Promise<void> {
    this.isStopped = false;
    await this.process.kill();
  }

  stop(): void {
    this.isStopped = true;
    this.process.signal("SIGSTOP");
  }

  cont(): void {
    this.isStopped = false;
    this.process.signal("SIGCONT");
  }

  async restart(): Promise<void> {
    await this.kill();
    this.process = this.#start();
  }
}

async function untilServing(kind: ServerKind, servers: readonly OneServer[]): Promise<void> {
  const startedAt = performance.now();
  for (const server of servers) {
    while (server.isRunning && !server.isStopped) {
      const serves = await kind.isServing(server.address, server.port).catch(() => false);
      if (serves) break;
      if (performance.now() - startedAt > servingMs) {
        throw new Error(
          `${kind.name} on port ${server.port} did not serve within ${servingMs} ms; it said: ${server.process.lastWords()}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

/** Starts one server a place and resolves when all serve. When it rejects, nothing is left. */
export async function startEnsemble(
  places: readonly ServerPlace[],
  ports: readonly number[],
  kindOf: (folder: string) => Promise<ServerKind>,
): Promise<Ensemble> {
  await removeLeftFolders();
  const folder = await makeServerFolder();
  const guard = guardFolder(folder);
  const servers: OneServer[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.kill()));
    await rm(folder, { recursive: true, force: true });
    guard.released();
  };
  try {
    const kind = await kindOf(folder);
    for (const [index, { address, within = [] }] of places.entries()) {
      const command = kind.command(index, join(folder, String(index)));
      const argv = [...within, ...command.argv];
      const start = (): ServerProcess => new ServerProcess({ ...command, argv });
      servers.push(new OneServer(address, ports[index] ?? 0, start));
    }
    await untilServing(kind, servers);
    const dead = servers.find((server) => !server.isRunning);
    if (dead !== undefined) {
      throw new Error(
        `${kind.name} ended (${await dead.process.ended}): ${dead.process.lastWords()}`,
      );
    }
    const connectString = servers.map(({ address, port }) => `${address}:${port}`).join(",");
    return {
      servers,
      connectString,
      url: (path) => `${kind.scheme}://${connectString}${path}`,
      untilServing: () => untilServing(kind, servers),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
