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
  /** A new client with a session of its own, connected. */
  open(): Promise<Coordination>;
  /** Ends the store. Clients are closed before by who opened them. */
  end(): Promise<void>;
}

const sessionTimeoutMs = 5000;
const connectMs = 20_000;

export async function memoryStore(): Promise<TestStore> {
  const random = seededRandom(1);
  const delayMs = { min: 0, max: 0 };
  const ensemble = createMemoryCoordination({ clock: steadyClock(), random, delayMs });
  return {
    open: async () => {
      // Its timers outlive a client by a session.
      const store = ensemble.connect({ sessionTimeoutMs: 500 });
      await untilConnected(store, connectMs);
      return store;
    },
    end: async () => {},
  };
}

export async function embeddedStore(): Promise<TestStore> {
  const folder = mkdtempSync(join(tmpdir(), "tavola-records-"));
  return {
    open: () => openAt(`sqlite://${folder}/store.db`),
    end: async () => rmSync(folder, { recursive: true }),
  };
}

/** A string says why not. */
export async function zooKeeperStore(): Promise<TestStore | string> {
  return findZooKeeper().error ?? serverStore(await startZooKeeper());
}

/** A string says why not. */
export async function etcdStore(): Promise<TestStore | string> {
  return findEtcd().error ?? serverStore(await startEtcd());
}

function serverStore(ensemble: Ensemble): TestStore {
  return { open: () => openAt(ensemble.url("/tavola")), end: () => ensemble.close() };
}

async function openAt(name: string): Promise<Coordination> {
  const { value: url, error } = parseStoreUrl(name);
  if (error !== undefined) throw new Error(error);
  const store = await openCoordination(url, { sessionTimeoutMs, logger: silentLogger });
  await untilConnected(store, connectMs);
  return store;
}
