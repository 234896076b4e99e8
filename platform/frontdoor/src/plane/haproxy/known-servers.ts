/** Servers by name, also those that are gone, as long as their last requests may be logged. */

import { type Instant, instant } from "@tavola/base";
import type { Clock, Timer } from "@tavola/host";
import type { Server } from "./server-book.ts";

export interface KnownServersOptions {
  readonly clock: Clock;
  /** Of one that is gone. */
  readonly keptMs: number;
}

interface Gone {
  readonly server: Server;
  readonly until: Instant;
}

export class KnownServers {
  readonly #options: KnownServersOptions;
  readonly #servers = new Map<string, Server>();
  /** The ones that are forgotten first come first. */
  readonly #gone: Gone[] = [];
  #timer: Timer | undefined;

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
    this.#gone.push({ server, until: instant(clock.now() + keptMs) });
    this.#timer ??= clock.after(keptMs, () => this.#forget());
  }

  #forget(): void {
    const { clock, keptMs } = this.#options;
    const now = clock.now();
    const due = this.#gone.findIndex(({ until }) => until > now);
    const over = this.#gone.splice(0, due < 0 ? this.#gone.length : due);
    for (const { server } of over) {
      if (this.#servers.get(server.name) === server) this.#servers.delete(server.name);
    }
    // All of a while together: who is kept longer than must be does no harm.
    this.#timer = this.#gone.length === 0 ? undefined : clock.after(keptMs, () => this.#forget());
  }

  close(): void {
    this.#timer?.cancel();
  }
}
