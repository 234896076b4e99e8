/** How each instance does, for status pages: of what is known, and of what HAProxy says at most every second. */

import { describeError, type Instant } from "@tavola/base";
import type { Clock, Logger } from "@tavola/host";
import type { Instance, Services } from "../../core/routing-table.ts";
import type { InstanceHealth } from "../data-plane.ts";
import type { ServerDrain } from "./server-drain.ts";
import type { ServerHealth } from "./server-health.ts";
import type { ServerRoster } from "./server-roster.ts";

export interface InstanceHealthOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly slowStartMs: number;
  readonly roster: ServerRoster;
  readonly drain: ServerDrain;
  readonly health: ServerHealth;
  /** Sends a command, and resolves with what HAProxy says to it. */
  ask(command: string): Promise<string>;
}

const freshMs = 1_000;

export class InstanceHealthList {
  readonly #options: InstanceHealthOptions;
  #askedAt: Instant | undefined;

  constructor(options: InstanceHealthOptions) {
    this.#options = options;
  }

  /** Of all that is announced, and of what has gone and still has requests. */
  read(services: Services): readonly InstanceHealth[] {
    this.#refresh();
    const { roster, drain, health, slowStartMs } = this.#options;
    const all: InstanceHealth[] = [];
    for (const service of roster.services) {
      const known = new Set<Instance>();
      for (const server of roster.serversOf(service)) {
        known.add(server.instance);
        all.push({ service, instance: server.instance, ...health.of(server, slowStartMs) });
      }
      for (const instance of services.get(service) ?? []) {
        if (known.has(instance)) continue;
        const reason = "its URI leads nowhere";
        all.push({ service, instance, state: "ejected", reason, active: 0 });
      }
    }
    for (const server of drain.servers) {
      const { service, instance } = server;
      const { active } = health.of(server, slowStartMs);
      all.push({ service, instance, state: "draining", active });
    }
    return all;
  }

  /** What it finds is seen by who asks next: nobody waits for it. */
  #refresh(): void {
    const { clock, ask, health, logger } = this.#options;
    const now = clock.now();
    if (this.#askedAt !== undefined && now - this.#askedAt < freshMs) return;
    this.#askedAt = now;
    ask("show stat -1 4 -1").then(
      (csv) => health.read(csv),
      (error: unknown) => {
        logger.debug({ error: describeError(error) }, "HAProxy says no figures");
      },
    );
  }
}
