/**
 * Servers on their way out: in maintenance, until their last request has ended or the drain time is
 * over; then HAProxy is told to delete them, again and again, as it refuses while a connection is left.
 */

import type { Instant } from "@tavola/base";
import type { Clock, Timer } from "@tavola/host";
import type { Server } from "./server-book.ts";

export interface Draining {
  readonly backend: string;
  readonly server: Server;
  readonly since: Instant;
  isCut: boolean;
}

const lookEveryMs = 500;

export interface ServerDrainOptions {
  readonly clock: Clock;
  readonly drainMs: number;
  /** Sends commands, and resolves with what HAProxy said to each, in order. */
  tell(commands: readonly string[]): Promise<readonly string[]>;
}

export class ServerDrain {
  readonly #options: ServerDrainOptions;
  #draining: Draining[] = [];
  #timer: Timer | undefined;

  constructor(options: ServerDrainOptions) {
    this.#options = options;
  }

  get draining(): readonly Draining[] {
    return this.#draining;
  }

  /** They already are in maintenance. */
  add(backend: string, server: Server): void {
    this.#draining.push({ backend, server, since: this.#options.clock.now(), isCut: false });
    this.#timer ??= this.#options.clock.after(lookEveryMs, () => void this.#look());
  }

  /** Another process knows nothing of them. */
  clear(): void {
    this.#draining = [];
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  async #look(): Promise<void> {
    this.#timer = undefined;
    const now = this.#options.clock.now();
    const asked = this.#draining;
    const late = asked.filter(({ since, isCut }) => !isCut && now - since >= this.#options.drainMs);
    try {
      for (const each of late) each.isCut = true;
      await this.#options.tell(
        late.map(({ backend, server }) => `shutdown sessions server ${backend}/${server.name}`),
      );
      const answers = await this.#options.tell(
        asked.map(({ backend, server }) => `del server ${backend}/${server.name}`),
      );
      const left = new Set(asked.filter((_, at) => (answers[at] ?? "").includes("still has")));
      this.#draining = this.#draining.filter((each) => left.has(each) || !asked.includes(each));
    } catch {
      // The process is gone or going; what follows it begins without them.
    }
    if (this.#draining.length > 0) {
      this.#timer ??= this.#options.clock.after(lookEveryMs, () => void this.#look());
    }
  }
}
