/** What can be wrong with the announcements in a store, each as a sentence with the node and the way out. */

import { CodedError } from "@tavola/base";
import type { Coordination, StorePath } from "@tavola/coordination";
import type { LogProblem } from "./log-text.ts";

export interface LogPlace {
  readonly store: Coordination;
  /** The discovery servers' own, such as `/tavola/discovery`. */
  readonly path: StorePath;
}

/** CORRUPT or NEWER_FORMAT, of what lies at `node`. */
export function unreadable(
  { store }: LogPlace,
  node: StorePath,
  { kind, what }: LogProblem,
): CodedError {
  const where = `${node} in ${store.description}`;
  if (kind === "newer") {
    const message = `a later version of the discovery server wrote ${where} (it ${what}); run that version: nothing was changed`;
    return new CodedError("NEWER_FORMAT", message, { node });
  }
  return new CodedError(
    "CORRUPT",
    `the announcements are damaged: ${where} ${what}; remove the node "head" beside it, and the ` +
      "servers that run write down anew what they know; nothing was changed",
    { node },
  );
}
