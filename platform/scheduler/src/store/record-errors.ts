/** What can be wrong with the records in a store, each as a sentence with the node and the way out. */

import { CodedError } from "@tavola/base";
import type { Coordination, StorePath } from "@tavola/coordination";
import type { FrameProblem } from "./record-frame.ts";

export interface RecordPlace {
  readonly store: Coordination;
  /** The scheduler's own, such as `/tavola/scheduler`. */
  readonly path: StorePath;
}

/** CORRUPT or NEWER_FORMAT, of what lies at `node`. */
export function unreadable(
  { store }: RecordPlace,
  node: StorePath,
  { kind, what }: FrameProblem,
): CodedError {
  const where = `${node} in ${store.description}`;
  if (kind === "newer") {
    return new CodedError(
      "NEWER_FORMAT",
      `a later version of this scheduler wrote ${where} (it ${what}); run that version: nothing was changed`,
      { node },
    );
  }
  return new CodedError(
    "CORRUPT",
    `the scheduler's records are damaged: ${where} ${what}; bring the store back from a backup, or ` +
      "remove that node if what it stood for can be done without; nothing was changed",
    { node },
  );
}

/** Something lies among the records that no scheduler put there. */
export function foreign({ store }: RecordPlace, node: StorePath, what: string): CodedError {
  return new CodedError(
    "CORRUPT",
    `${node} in ${store.description} is not of this scheduler: ${what}; remove it, or let the ` +
      "scheduler have a path of its own in the store; nothing was changed",
    { node },
  );
}

export function fenced({ store }: RecordPlace, writer: string, epoch: number): CodedError {
  return new CodedError(
    "FENCED",
    `another scheduler (${writer}) has taken the records in ${store.description} over`,
    { writer, epoch },
  );
}
