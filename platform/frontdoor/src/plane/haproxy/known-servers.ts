/** Servers by name, also those that are gone, as long as their last requests may be logged. */

import type { Clock, Timer } from "@tavola/host";
import type { Server } from "./server-book.ts";

export interface KnownServersOptions {
  readonly clock: Clock;
  readonly keptMs: number;
}

export class KnownServers {
  readonly #options: KnownServersOptions;
  readonly #servers = new Map<string, Server>();
  readonly #timers = new Set<Timer>();

  constructor(options: KnownServersOptions) {
    this.#options = options;
  }

  get(name: string): Server | undefined {
    return this.#servers.get(name);
  }

  added(server: Server): void {
    this.#servers.set(server.name, server);
  }

  /** Another instance may have its name before it is forgotten. */
  removed(server: Server): void {
    const { clock, keptMs } = this.#options;
    const timer = clock.after(keptMs, () => {
      this.#timers.delete(timer);
      if (this.#servers.get(server.name) === server) this.#servers.delete(server.name);
    });
    this.#timers.add(timer);
  }

  close(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }
}
