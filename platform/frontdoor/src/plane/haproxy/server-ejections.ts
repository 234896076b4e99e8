/**
 * Who fails again and again is put into maintenance for a while, and back when it is over. When that is,
 * `server-health.ts` decides.
 */

import type { Clock, Timer } from "@tavola/host";
import type { Server } from "./server-book.ts";
import type { ServerHealth } from "./server-health.ts";

export interface ServerEjectionsOptions {
  readonly clock: Clock;
  readonly health: ServerHealth;
  /** Whether the server serves its instance still. */
  isServing(server: Server): boolean;
  setState(server: Server, state: "maint" | "ready"): void;
}

export class ServerEjections {
  readonly #options: ServerEjectionsOptions;
  readonly #timers = new Set<Timer>();
  #isClosed = false;

  constructor(options: ServerEjectionsOptions) {
    this.#options = options;
  }

  /** A request of its has ended; undefined: well. */
  answered(server: Server, failure: string | undefined): void {
    const { clock, health, isServing, setState } = this.#options;
    if (this.#isClosed) return;
    const until = health.answered(server.name, failure);
    if (until === undefined) return;
    setState(server, "maint");
    const timer = clock.after(until - clock.now(), () => {
      this.#timers.delete(timer);
      if (isServing(server)) setState(server, "ready");
    });
    this.#timers.add(timer);
  }

  /** Requests may end afterwards. */
  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }
}
