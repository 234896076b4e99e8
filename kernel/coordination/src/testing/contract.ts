/**
 * What every backend must do, as one suite of tests that each of them runs.
 *
 * It knows nothing of the backend but `ContractBackend`. Every test works below a path of its own, so
 * that one server serves all of them. Nothing sleeps: what takes time is waited for with a bound.
 */

import { after, before, describe, test } from "node:test";
import type { Coordination } from "../coordination.ts";
import { testElection } from "./contract-election.ts";
import type { DefineTest } from "./contract-kit.ts";
import { testMembers } from "./contract-members.ts";
import { testAgainstModel } from "./contract-model.ts";
import { testTransactions } from "./contract-transactions.ts";
import { testWatches } from "./contract-watches.ts";

export { bytes, done, eventually, inTime, text, withCode } from "./contract-kit.ts";

/** One running store. */
export interface ContractBackend {
  /** A new client with a session of its own, connected. */
  open(): Promise<Coordination>;
  /** Makes the store end the client's session, as if it had been silent for too long. */
  expireSession?(client: Coordination): Promise<void>;
  /** Ends the store and what is left of its clients. */
  closeAll(): Promise<void>;
}

/**
 * Defines the suite. `start` is called once, before the first test; a string that it answers is why
 * this machine cannot run it, and then every test says so and counts as skipped.
 */
export function coordinationContract(
  name: string,
  start: () => Promise<ContractBackend | string>,
): void {
  describe(`contract of coordination: ${name}`, () => {
    let backend: ContractBackend | string;
    let tests = 0;
    before(async () => {
      backend = await start();
    });
    after(async () => {
      if (typeof backend !== "string") await backend.closeAll();
    });
    const define: DefineTest = (title, run) => {
      tests += 1;
      const root = `/contract-${tests}`;
      test(title, async (context) => {
        if (typeof backend === "string") return context.skip(backend);
        const { open, expireSession } = backend;
        const opened: Coordination[] = [];
        context.after(() => Promise.all(opened.map((store) => store.close())));
        await run(
          {
            root,
            expireSession: expireSession?.bind(backend),
            open: async () => {
              const store = await open();
              opened.push(store);
              return store;
            },
          },
          context,
        );
      });
    };
    testTransactions(define);
    testAgainstModel(define);
    testWatches(define);
    testMembers(define);
    testElection(define);
  });
}
