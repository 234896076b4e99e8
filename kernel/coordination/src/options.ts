/** What every backend is opened with. */

import type { Random } from "@tavola/base";
import type { Clock, Logger, Metrics } from "@tavola/host";

export interface CoordinationOptions {
  /** What is asked for; the store may agree to another (`session.timeoutMs`). Mesos's is 10 s. */
  readonly sessionTimeoutMs: number;
  readonly logger: Logger;
  /** One that nobody sets; `steadyClock()` where absent. */
  readonly clock?: Clock;
  /** For back-off and the order of servers; the system's where absent. */
  readonly random?: Random;
  /** Gets `coordination/…`. */
  readonly metrics?: Metrics;
  /** For who writes much: an embedded store writes in a thread of its own. Others do so in any case. */
  readonly writesMuch?: boolean;
}
