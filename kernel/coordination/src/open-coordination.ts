/**
 * Opens the store that a URL names, and waits for it where somebody wants to.
 *
 * A backend is loaded when it is first used: who runs on ZooKeeper pays nothing for SQLite.
 */

import { CodedError, describeError } from "@tavola/base";
import type { Coordination } from "./coordination.ts";
import type { CoordinationOptions } from "./options.ts";
import type { StoreUrl } from "./store-url.ts";

/**
 * Connects in the background: what is returned may be suspended until then. Rejects at once, with a
 * CodedError, where waiting cannot help: CORRUPT, NEWER_FORMAT or UNAUTHORIZED of an embedded store.
 */
export async function openCoordination(
  url: StoreUrl,
  options: CoordinationOptions,
): Promise<Coordination> {
  if (url.scheme === "zk") {
    const { openZooKeeper } = await import("./zookeeper/zookeeper-coordination.ts");
    return openZooKeeper(url, options);
  }
  if (url.scheme === "etcd") {
    const { openEtcd } = await import("./etcd/etcd-coordination.ts");
    return openEtcd(url, options);
  }
  const { openEmbedded } = await import("./embedded/embedded-coordination.ts");
  return openEmbedded(url, options);
}

/**
 * Resolves once the store is connected. Rejects with UNAVAILABLE after `timeoutMs`, naming the servers
 * and how long was tried, or at once with what waiting does not mend (UNAUTHORIZED, …). Leaves the
 * store open either way.
 */
export async function untilConnected(store: Coordination, timeoutMs: number): Promise<void> {
  const { session, clock } = store;
  const startedAt = clock.now();
  while (session.state !== "connected") {
    const { trouble } = session;
    if (trouble !== undefined && !trouble.transient) throw trouble;
    const triedMs = clock.now() - startedAt;
    if (triedMs >= timeoutMs) throw unanswered(store, triedMs);
    await nextLook(store, Math.min(timeoutMs - triedMs, lookEveryMs));
  }
}

/** How soon a refusal, which changes no state, is noticed. */
const lookEveryMs = 100;

/** Resolves when the state changes, or after `inMs`. */
async function nextLook({ session, clock }: Coordination, inMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = clock.after(inMs, resolve);
  const watch = session.watch(() => resolve());
  await promise;
  timer.cancel();
  watch.close();
}

function unanswered({ description, session }: Coordination, triedMs: number): CodedError {
  const { trouble } = session;
  const why = trouble === undefined ? "" : `: ${describeError(trouble)}`;
  const message = `${description} did not answer within ${(triedMs / 1000).toFixed(1)} s${why}`;
  return new CodedError("UNAVAILABLE", message, { triedMs }, { transient: true });
}
