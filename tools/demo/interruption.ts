/**
 * Ctrl-C in the middle of the demo: it ends at once, and takes down what it has begun.
 *
 * A terminal tells the cluster as well, which ends by itself. Told a second time it would not wait for its
 * tasks, so it is given time before it is told to stop.
 */

import { type Cluster, eventually } from "@tavola/harness";
import { DemoFailed } from "./telling.ts";

let isInterrupted = false;

/** Never resolves; rejects when the demo is told to end. */
export function interruption(): Promise<never> {
  return new Promise((_resolve, reject) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      // npm passes on what the terminal has said already: twice is not more urgent.
      process.on(signal, () => {
        isInterrupted = true;
        reject(new DemoFailed(`it was ended by ${signal}`));
      });
    }
  });
}

/** Ends the cluster, and with it what was written for it. */
export async function stopCluster(cluster: Cluster): Promise<void> {
  if (isInterrupted) {
    await eventually("the cluster to end by itself", () => hasEnded(cluster) || undefined).catch(
      () => undefined,
    );
  }
  await cluster.stop();
}

function hasEnded({ pid }: Cluster): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}
