/**
 * What a checker is: it watches what daemons do to the world, looks at the whole from time to time,
 * and throws a Violation when something is that must not be.
 */

import type { Observer } from "../world/observer.ts";

export interface Checker extends Observer {
  /** Every second of world time. */
  looks?(): void;
  /** Everything has come to rest: what must be so now. */
  rests?(): void;
}
