/**
 * Planted: a store client that says something is written, and writes it a little later.
 */

import type { Coordination, StoreWrite } from "@tavola/coordination";
import type { SimulatedProcess } from "../world/process.ts";

const writeDelayMs = 300;

export interface HastyWrites {
  readonly process: SimulatedProcess;
  /** Of a transaction with such a write it is said; all others wait for those before them. */
  readonly isMeant: (write: StoreWrite) => boolean;
}

export function saysWrittenEarly(
  client: Coordination,
  { process, isMeant }: HastyWrites,
): Coordination {
  let last: Promise<unknown> = Promise.resolve();
  return new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (name !== "transact") return typeof value === "function" ? value.bind(target) : value;
      return (writes: readonly StoreWrite[]) => {
        if (!writes.some(isMeant)) return last.then(() => target.transact(writes));
        last = last
          .then(() => new Promise<void>((resolve) => process.clock.after(writeDelayMs, resolve)))
          .then(() => target.transact(writes));
        last.catch(() => {});
        return Promise.resolve({ done: true });
      };
    },
  });
}
