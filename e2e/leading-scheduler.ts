/** Which of a cluster's schedulers leads, as they say themselves, and what is done to it. */

import assert from "node:assert/strict";
import { type Cluster, eventually } from "@tavola/harness";

/** By its name in the logs: the last that said so. */
export function leaderOf(cluster: Cluster): string {
  const all = [...cluster.output().matchAll(/(scheduler-\d) {2}elected as the leading scheduler/g)];
  const name = all.at(-1)?.[1];
  assert.ok(name !== undefined, "nobody was elected");
  return name;
}

/** Resolves with the name of whoever leads instead of the former; fails after a minute. */
export function anotherLeader(cluster: Cluster, former: string): Promise<string> {
  return eventually(
    "the other scheduler to lead",
    () => {
      const leader = leaderOf(cluster);
      return leader === former ? undefined : leader;
    },
    { boundMs: 60_000 },
  );
}

/** Fails where it is not running. */
export function pidOf(cluster: Cluster, daemon: string): number {
  const pid = cluster.pidOf(daemon);
  assert.ok(pid !== undefined, `${daemon} is not running`);
  return pid;
}

/** Lets it go on, then waits until it has ended and been started again. */
export async function untilReplaced(cluster: Cluster, daemon: string, pid: number): Promise<void> {
  process.kill(pid, "SIGCONT");
  await eventually(
    "the one that led to have ended and been started again",
    () => (cluster.pidOf(daemon) ?? pid) !== pid || undefined,
    { boundMs: 60_000 },
  );
}

/** Idempotent: nothing stays stopped after a test that failed. */
export function wake(pid: number): void {
  try {
    process.kill(pid, "SIGCONT");
  } catch {
    // It has ended, as it should.
  }
}
