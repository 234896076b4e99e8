/**
 * A client of the service that goes by what discovery tells, asks again and again, and remembers what it got.
 */

import type { TestContext } from "node:test";
import type { Cluster } from "@tavola/harness";
import { connectDiscovery, type PickedInstance } from "@tavola/sdk";

/** One that takes no answer for so long would hold up the others, and the end of the test. */
const answerMsMax = 20_000;

export interface AskingByDiscovery {
  /** Ids of tasks that answered. */
  readonly answeredBy: ReadonlySet<string>;
  readonly failures: readonly string[];
  /** Idempotent; at the end of the test by itself, however that ends. */
  stop(): Promise<void>;
}

/** Resolves when it knows what is announced. */
export async function askByDiscovery(
  t: TestContext,
  { discovery: servers = "" }: Cluster,
): Promise<AskingByDiscovery> {
  const discovery = connectDiscovery({ servers });
  t.after(() => discovery.close());
  const watch = discovery.subscribe();
  await watch.ready;
  const picker = discovery.picker(watch, "clock", { strategy: "roundRobin" });
  const failures: string[] = [];
  const answeredBy = new Set<string>();
  let isOver = false;
  const running = (async () => {
    while (!isOver) {
      const picked = picker.pick();
      try {
        answeredBy.add(await answerOf(picked));
      } catch (error) {
        failures.push(`${new Date().toISOString()} ${picked?.uri}: ${described(error)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  })();
  const stop = async (): Promise<void> => {
    isOver = true;
    await running;
  };
  t.after(stop);
  return { answeredBy, failures, stop };
}

async function answerOf(picked: PickedInstance | undefined): Promise<string> {
  if (picked === undefined) throw new Error("nobody is announced");
  const signal = AbortSignal.timeout(answerMsMax);
  const answer = await fetch(picked.uri, { headers: { connection: "close" }, signal });
  return answer.text();
}

/** `fetch` says why only in its cause. */
function described(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}
