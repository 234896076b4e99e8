/**
 * Two schedulers and an agent on a real ZooKeeper of three servers, with their history in a real
 * PostgreSQL, for tests that kill one after the other.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Cluster, startCluster } from "@tavola/harness";
import {
  type Ensemble,
  findPostgres,
  findZooKeeper,
  type Postgres,
  startPostgres,
  startZooKeeper,
} from "@tavola/test-servers";

/** Why they cannot be started on this machine; undefined: they can. */
export const storesMissing = findZooKeeper().error ?? findPostgres().error;

export interface SchedulersOnStores {
  readonly zookeeper: Ensemble;
  readonly postgres: Postgres;
  readonly cluster: Cluster;
  /** Empty at first, and gone with the rest. */
  readonly folder: string;
  close(): Promise<void>;
}

/** Resolves when the schedulers lead and answer; leaves nothing behind when something does not start. */
export async function startSchedulersOnStores(): Promise<SchedulersOnStores> {
  const opened = new AsyncDisposableStack();
  try {
    const folder = mkdtempSync(join(tmpdir(), "tavola-schedulers-"));
    opened.defer(() => rmSync(folder, { recursive: true, force: true }));
    const zookeeper = await startZooKeeper({ count: 3 });
    opened.defer(() => zookeeper.close());
    await zookeeper.untilServing();
    const postgres = await startPostgres();
    opened.defer(() => postgres.close());
    const cluster = await startCluster({
      agents: 1,
      schedulers: 2,
      boundMs: 60_000,
      arguments: [
        `--zk=${zookeeper.url("/tavola")}`,
        `--scheduler.history=${postgres.url()}`,
        "--scheduler.store_session_timeout=4secs",
      ],
    });
    opened.defer(() => cluster.stop());
    return { zookeeper, postgres, cluster, folder, close: () => opened.disposeAsync() };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}
