/**
 * What a checker of services is: it watches schedulers, looks at the whole when it has come to rest, and
 * throws a Violation when something is that must not be.
 */

import type { ServiceObserver } from "../service-watchers.ts";

export interface ServiceChecker extends ServiceObserver {
  /** Again and again after the last fault. */
  goesOn?(): void;
  /** Everything has come to rest: what must be so now. */
  rests?(): void;
}
