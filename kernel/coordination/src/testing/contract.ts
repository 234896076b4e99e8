/**
 * What every backend must do, as one suite of tests that each of them runs.
 *
 * It knows nothing of the backend but `ContractBackend`. Every test works below a path of its own, so
 * that one server serves all of them. Nothing sleeps: what takes time is waited for with a bound.
 */

import assert from "node:assert/strict";
import { after, before, describe, type TestContext, test } from "node:test";
import { CodedError } from "@tavola/base";
import type { Coordination, StorePath, StoreWrite, TransactionOutcome } from "../coordination.ts";
import { testElection } from "./contract-election.ts";
import { testMembers } from "./contract-members.ts";
import { testTransactions } from "./contract-transactions.ts";
import { testWatches } from "./contract-watches.ts";

/** One running store. */
export interface ContractBackend {
  /** A new client with a session of its own, connected. */
  open(): Promise<Coordination>;
  /** Makes the store end the client's session, as if it had been silent for too long. */
  expireSession?(client: Coordination): Promise<void>;
  /** Ends the store and what is left of its clients. */
  closeAll(): Promise<void>;
}

/** What a test is given. */
export interface ContractTest {
  /** A path that no other test uses. */
  readonly root: StorePath;
  /** Closed after the test. */
  open(): Promise<Coordination>;
  /** Undefined where the backend cannot. */
  readonly expireSession: ((client: Coordination) => Promise<void>) | undefined;
}

export type DefineTest = (
  title: string,
  run: (given: ContractTest, context: TestContext) => Promise<void>,
) => void;

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
    testWatches(define);
    testMembers(define);
    testElection(define);
  });
}

/** Longer than any session of a test. */
const patienceMs = 20_000;

/** Looks at a state until it is so. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited too long for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Rejects when the promise has not settled in time. */
export async function inTime<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`waited too long for: ${what}`)), patienceMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export const text = (value: Uint8Array | undefined): string | undefined =>
  value && new TextDecoder().decode(value);

export async function done(store: Coordination, ...writes: StoreWrite[]): Promise<void> {
  assert.deepEqual(await store.transact(writes), { done: true });
}

export function refused(
  failed: number,
  why: (TransactionOutcome & { done: false })["why"],
): TransactionOutcome {
  return { done: false, failed, why };
}

export const withCode = (code: string) => (error: unknown) =>
  error instanceof CodedError && error.code === code;
