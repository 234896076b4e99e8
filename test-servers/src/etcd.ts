/**
 * etcd as Debian packages it (3.4), one member or three.
 *
 * Heartbeats and elections are quick, as on loopback they can be.
 */

import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Result } from "@tavola/base";
import { type Ensemble, type ServerKind, type ServerPlace, startEnsemble } from "./ensemble.ts";
import { freePorts } from "./free-ports.ts";

export interface EtcdOptions {
  /** Default 1. */
  readonly count?: 1 | 3;
  /** Instead of `count`: one member a place. */
  readonly places?: readonly ServerPlace[];
  /** More of etcd's own flags, `--name=value`. */
  readonly flags?: readonly string[];
}

const etcd = "/usr/bin/etcd";

/** Whether this machine has it; the error names the package to install. */
export function findEtcd(): Result<{ readonly etcd: string }> {
  if (!existsSync(etcd)) return { error: `${etcd} is missing: apt-get install etcd-server` };
  return { value: { etcd } };
}

async function isHealthy(address: string, port: number): Promise<boolean> {
  const answer = await fetch(`http://${address}:${port}/health`, {
    signal: AbortSignal.timeout(2_000),
  });
  const { health } = (await answer.json()) as { health?: string };
  return health === "true";
}

/** Starts it and resolves when every member serves. Rejects with the package's name when it is not installed. */
export async function startEtcd(options: EtcdOptions = {}): Promise<Ensemble> {
  const found = findEtcd();
  if (found.error !== undefined) throw new Error(found.error);
  const { count = 1, flags = [] } = options;
  const places = options.places ?? Array.from({ length: count }, () => ({ address: "127.0.0.1" }));
  const lookAt = options.places === undefined ? "127.0.0.1" : undefined;
  const ports = await freePorts(lookAt, places.length * 2);
  const clientUrl = (at: number): string => `http://${places[at]?.address}:${ports[at]}`;
  const peerUrl = (at: number): string =>
    `http://${places[at]?.address}:${ports[places.length + at]}`;
  const cluster = places.map((_place, at) => `m${at}=${peerUrl(at)}`).join(",");
  return startEnsemble(places, ports, async (root): Promise<ServerKind> => {
    for (const at of places.keys()) await mkdir(join(root, String(at)));
    return {
      name: "etcd",
      scheme: "etcd",
      command: (at, folder) => ({
        argv: [
          etcd,
          `--name=m${at}`,
          `--data-dir=${join(folder, "data")}`,
          `--listen-client-urls=${clientUrl(at)}`,
          `--advertise-client-urls=${clientUrl(at)}`,
          `--listen-peer-urls=${peerUrl(at)}`,
          `--initial-advertise-peer-urls=${peerUrl(at)}`,
          `--initial-cluster=${cluster}`,
          "--initial-cluster-state=new",
          "--heartbeat-interval=50",
          "--election-timeout=500",
          "--logger=zap",
          "--log-level=error",
          ...flags,
        ],
        cwd: folder,
        logFile: join(folder, "server.log"),
      }),
      isServing: isHealthy,
    };
  });
}
