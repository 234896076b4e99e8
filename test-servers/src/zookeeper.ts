/**
 * ZooKeeper as Debian packages it, started without its scripts: they fork and keep pid files, and a
 * test wants the process itself.
 *
 * The tick is short, so that sessions of well under a second are allowed. Writes are not synced to
 * disk unless asked for: a killed process loses nothing by it, only a machine would.
 */

import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { delimiter, join } from "node:path";
import type { Result } from "@tavola/base";
import { type Ensemble, type ServerKind, type ServerPlace, startEnsemble } from "./ensemble.ts";
import { freePorts } from "./free-ports.ts";

export interface ZooKeeperOptions {
  /** Default 1. */
  readonly count?: 1 | 3;
  /** Default 200. Sessions may last between 2 and 300 ticks. */
  readonly tickMs?: number;
  /** Of its heap, default 128. It keeps its last 500 transactions there, whatever is in them. */
  readonly heapMiB?: number;
  /** Whether a write is on disk before it is answered, as in production. Default false. */
  readonly fsync?: boolean;
  /** Instead of `count`: one server a place. */
  readonly places?: readonly ServerPlace[];
}

const java = "/usr/bin/java";
const jar = "/usr/share/java/zookeeper.jar";
const logJar = "/usr/share/java/slf4j-simple.jar";
const answerMs = 2_000;

/** Whether this machine has it; the error names the package to install. */
export function findZooKeeper(): Result<{ readonly java: string; readonly jar: string }> {
  for (const file of [java, jar]) {
    if (!existsSync(file)) return { error: `${file} is missing: apt-get install zookeeperd` };
  }
  return { value: { java, jar } };
}

/** What a server answers to a four-letter word such as "srvr", "cons" or "wchc". */
export function askZooKeeper(address: string, port: number, word: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect({ host: address, port });
  let answer = "";
  socket.setEncoding("utf8").setTimeout(answerMs, () => socket.destroy(new Error("no answer")));
  socket.on("data", (text: string) => {
    answer += text;
  });
  socket.once("connect", () => socket.write(word));
  socket.once("error", reject);
  socket.once("close", () => resolve(answer));
  return promise;
}

function configuration(
  folder: string,
  clientPort: number,
  address: string,
  members: readonly string[],
  tickMs: number,
): string {
  return [
    `tickTime=${tickMs}`,
    `minSessionTimeout=${2 * tickMs}`,
    `maxSessionTimeout=${300 * tickMs}`,
    "initLimit=50",
    "syncLimit=20",
    `dataDir=${folder}`,
    `clientPort=${clientPort}`,
    `clientPortAddress=${address}`,
    "admin.enableServer=false",
    "maxClientCnxns=0",
    "4lw.commands.whitelist=*",
    ...(members.length > 1 ? members.map((member, at) => `server.${at + 1}=${member}`) : []),
    "",
  ].join("\n");
}

function commandLine(fsync: boolean, heapMiB: number, configFile: string): string[] {
  return [
    java,
    `-Xmx${heapMiB}m`,
    "-Xss512k",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    `-Dzookeeper.forceSync=${fsync ? "yes" : "no"}`,
    "-Dzookeeper.preAllocSize=4096",
    "-Dzookeeper.jmx.log4j.disable=true",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-cp",
    [jar, logJar].join(delimiter),
    "org.apache.zookeeper.server.quorum.QuorumPeerMain",
    configFile,
  ];
}

/** Starts it and resolves when every server serves. Rejects with the package's name when it is not installed. */
export async function startZooKeeper(options: ZooKeeperOptions = {}): Promise<Ensemble> {
  const found = findZooKeeper();
  if (found.error !== undefined) throw new Error(found.error);
  const { count = 1, tickMs = 200, fsync = false, heapMiB = 128 } = options;
  const places = options.places ?? Array.from({ length: count }, () => ({ address: "127.0.0.1" }));
  const lookAt = options.places === undefined ? "127.0.0.1" : undefined;
  const ports = await freePorts(lookAt, places.length * 3);
  const portOf = (server: number, use: 0 | 1 | 2): number =>
    ports[use * places.length + server] ?? 0;
  const members = places.map(({ address }, at) => `${address}:${portOf(at, 1)}:${portOf(at, 2)}`);
  return startEnsemble(places, ports, async (root): Promise<ServerKind> => {
    for (const [at, { address }] of places.entries()) {
      const folder = join(root, String(at));
      await mkdir(folder);
      await writeFile(join(folder, "myid"), String(at + 1));
      const text = configuration(folder, portOf(at, 0), address, members, tickMs);
      await writeFile(join(folder, "zoo.cfg"), text);
    }
    return {
      name: "ZooKeeper",
      scheme: "zk",
      command: (_at, folder) => ({
        argv: commandLine(fsync, heapMiB, join(folder, "zoo.cfg")),
        cwd: folder,
        logFile: join(folder, "server.log"),
      }),
      isServing: async (address, port) =>
        (await askZooKeeper(address, port, "srvr")).includes("Mode:"),
    };
  });
}
