/**
 * Reads that are as new as the ensemble's leader knew when they were asked: they go behind one `sync` on
 * the same connection, which keeps their order.
 */

import type { StorePath } from "../coordination.ts";
import { syncCall, type WireCall } from "./wire-calls.ts";
import { Refusal, zkErrors } from "./zookeeper-errors.ts";
import type { ZooKeeperSession } from "./zookeeper-session.ts";

/** One answer a path; undefined for those that are not there. Rejects as `ZooKeeperSession.call()`. */
export async function readFresh<T>(
  session: ZooKeeperSession,
  paths: readonly StorePath[],
  callOf: (path: StorePath) => WireCall<T>,
): Promise<(T | undefined)[]> {
  const synced = session.call(syncCall(paths[0] ?? "/"));
  const answers = paths.map((path) => ignoring(zkErrors.noNode, session.call(callOf(path))));
  const [found] = await Promise.all([Promise.all(answers), synced]);
  return found;
}

/** Undefined when ZooKeeper refused it with this error. */
export async function ignoring<T>(error: number, answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (thrown) {
    if (thrown instanceof Refusal && thrown.error === error) return undefined;
    throw thrown;
  }
}
