/** Clients of a test's ZooKeeper, and what only an enemy of one would do. */

import assert from "node:assert/strict";
import type { Ensemble } from "@tavola/test-servers";
import type { Coordination, SessionState } from "../../coordination.ts";
import type { CoordinationOptions } from "../../options.ts";
import { steadyClock } from "../../steady-clock.ts";
import { closeSessionCall } from "../wire-calls.ts";
import { ZooKeeperConnection } from "../zookeeper-connection.ts";
import { openZooKeeper, ZooKeeperCoordination } from "../zookeeper-coordination.ts";

/** Who connects, where it is not everybody. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export function zooKeeperOf(
  ensemble: Ensemble,
  options: CoordinationOptions,
  credentials?: Credentials,
): Coordination {
  const servers = ensemble.servers.map(({ address, port }) => ({ host: address, port }));
  return openZooKeeper(
    { scheme: "zk", servers, credentials, path: "/mesos", file: undefined },
    options,
  );
}

export async function connectedZooKeeper(
  ensemble: Ensemble,
  options: CoordinationOptions,
  credentials?: Credentials,
): Promise<Coordination> {
  const store = zooKeeperOf(ensemble, options, credentials);
  await reaches(store, "connected");
  return store;
}

/** Three servers that elect a leader on a machine that is busy with other tests have taken 15 s. */
const patienceMs = 40_000;

/** Resolves when the client's session is in that state. */
export async function reaches(store: Coordination, wanted: SessionState): Promise<void> {
  if (store.session.state === wanted) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const watch = store.session.watch((state) => state === wanted && resolve());
  const bound = setTimeout(() => {
    const { state, trouble } = store.session;
    reject(new Error(`the session is ${state}, not ${wanted}: ${trouble?.message}`));
  }, patienceMs);
  await promise.finally(() => {
    clearTimeout(bound);
    watch.close();
  });
}

/** Takes the client's session over and ends it there. The client may come in between: ask again. */
export async function endSession(ensemble: Ensemble, client: Coordination): Promise<void> {
  assert.ok(client instanceof ZooKeeperCoordination);
  const [server] = ensemble.servers;
  assert.ok(server);
  const { promise, resolve } = Promise.withResolvers<void>();
  const connection = new ZooKeeperConnection({
    address: server.address,
    port: server.port,
    ticket: client.ticket,
    lastZxid: 0n,
    timeoutMs: client.session.timeoutMs,
    credentials: undefined,
    connectMs: 2_000,
    clock: steadyClock(),
    store: "the session's enemy",
    events: {
      opened: () => void connection.call(closeSessionCall()).then(resolve, resolve),
      answered: () => undefined,
      changed: () => undefined,
      broken: () => resolve(),
      expired: resolve,
      unauthorized: resolve,
    },
  });
  await promise;
  connection.close();
}
