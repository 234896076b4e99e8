/** Stores for the records' tests, each real one with a reason why it cannot be had here. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "@tavola/base";
import {
  type Coordination,
  createMemoryCoordination,
  openCoordination,
  parseStoreUrl,
  steadyClock,
  untilConnected,
} from "@tavola/coordination";
import { silentLogger } from "@tavola/host";
import {
  type Ensemble,
  findEtcd,
  findZooKeeper,
  startEtcd,
  startZooKeeper,
} from "@tavola/test-servers";

/** One running store, and clients of it. */
export interface TestStore {
  /** Of a record that is tried; a real server is not asked for all that it could. */
  readonly recordBytes: number;
  /** A new client with a session of its own, connected. */
  open(): Promise<Coordination>;
  /** Ends the store. Clients are closed before by who opened them. */
  end(): Promise<void>;
}

const sessionTimeoutMs = 15_000;
const connectMs = 20_000;
const megabyte = 1024 * 1024;

export async function memoryStore(): Promise<TestStore> {
  const random = seededRandom(1);
  const delayMs = { min: 0, max: 0 };
  const ensemble = createMemoryCoordination({ clock: steadyClock(), random, delayMs });
  return {
    recordBytes: 8 * megabyte,
    open: async () => {
      // Its timers outlive a client by a session.
      const store = ensemble.connect({ sessionTimeoutMs: 3000 });
      await untilConnected(store, connectMs);
      return store;
    },
    end: async () => {},
  };
}

export async function embeddedStore(): Promise<TestStore> {
  const folder = mkdtempSync(join(tmpdir(), "tavola-records-"));
  return {
    recordBytes: 8 * megabyte,
    open: () => openAt(`sqlite://${folder}/store.db`),
    end: async () => rmSync(folder, { recursive: true }),
  };
}

/** A string says why not. */
export async function zooKeeperStore(): Promise<TestStore | string> {
  return findZooKeeper().error ?? serverStore(await startZooKeeper({ heapMiB: 512 }));
}

/** A string says why not. */
export async function etcdStore(): Promise<TestStore | string> {
  return findEtcd().error ?? serverStore(await startEtcd());
}

function serverStore(ensemble: Ensemble): TestStore {
  return {
    recordBytes: 2 * megabyte,
    open: () => openAt(ensemble.url("/tavola")),
    end: () => ensemble.close(),
  };
}

async function openAt(name: string): Promise<Coordination> {
  const { value: url, error } = parseStoreUrl(name);
  if (error !== undefined) throw new Error(error);
  const store = await openCoordination(url, { sessionTimeoutMs, logger: silentLogger });
  await untilConnected(store, connectMs);
  return store;
}
