/** What the parts of the contract share: what a test is given, waiting with a bound, and short names. */

import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { CodedError } from "@tavola/base";
import type { Coordination, StorePath, StoreWrite, TransactionOutcome } from "../coordination.ts";

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
