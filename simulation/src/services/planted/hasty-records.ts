/**
 * Planted: a store client that says a batch of records is written, and writes it a little later.
 */

import type { Coordination } from "@tavola/coordination";
import type { SimulatedProcess } from "../../world/process.ts";

const writeDelayMs = 300;

export function saysRecordedEarly(client: Coordination, process: SimulatedProcess): Coordination {
  let last: Promise<unknown> = Promise.resolve();
  return new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (name !== "transact") return typeof value === "function" ? value.bind(target) : value;
      return (writes: Parameters<Coordination["transact"]>[0]) => {
        const isRecords = writes.some(({ path }) => path.includes("/state/"));
        if (!isRecords) return last.then(() => target.transact(writes));
        last = last
          .then(() => new Promise<void>((resolve) => process.clock.after(writeDelayMs, resolve)))
          .then(() => target.transact(writes));
        last.catch(() => {});
        return Promise.resolve({ done: true });
      };
    },
  });
}
