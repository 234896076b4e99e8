/**
 * Which instances there are, as they come and go.
 *
 *     announced --> up (or starting) <--> ejected
 *                       \                  /
 *                        withdrawn: draining --> gone, when idle or when its time is over
 */

import type { Clock, Logger, Timer } from "@tavola/host";
import type { Instance, Services } from "../../../core/routing-table.ts";
import type { ServiceName } from "../../../core/rule.ts";
import type { InstanceHealth } from "../../data-plane.ts";
import type { PlaneTimeouts } from "../../plane-options.ts";
import { isEjected } from "../core/balance/instance-state.ts";
import type { Candidates } from "../core/balance/pick-instance.ts";
import { isStarting } from "../core/balance/slow-start.ts";
import { parseUpstreamAddress } from "../upstream/upstream-address.ts";
import { createTarget, type Target } from "./target.ts";

interface Group extends Candidates<Target> {
  /** What it was made of: the same list means that nothing has changed. */
  readonly instances: readonly Instance[];
}

interface DirectoryOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly timeouts: PlaneTimeouts;
  readonly zone: string | undefined;
}

export class ServiceDirectory {
  readonly #options: DirectoryOptions;
  readonly #groups = new Map<ServiceName, Group>();
  readonly #draining = new Map<Target, Timer>();
  #isFirst = true;

  constructor(options: DirectoryOptions) {
    this.#options = options;
  }

  /** PERF: O(services) and O(instances) of those that changed. */
  setServices(services: Services): void {
    for (const [service, group] of this.#groups) {
      if (services.has(service)) continue;
      for (const target of group.members) this.#withdraw(target);
      this.#groups.delete(service);
    }
    for (const [service, instances] of services) {
      const before = this.#groups.get(service);
      if (before?.instances !== instances) this.#setGroup(service, instances, before);
    }
    this.#isFirst = false;
  }

  candidates(service: ServiceName): Candidates<Target> | undefined {
    const group = this.#groups.get(service);
    return group === undefined || group.members.length === 0 ? undefined : group;
  }

  health(): InstanceHealth[] {
    const members = [...this.#groups.values()].flatMap((group) => group.members);
    return [...members, ...this.#draining.keys()].map((target) => this.#healthOf(target));
  }

  /** Cuts every connection to every instance. */
  destroy(): void {
    for (const [target, timer] of this.#draining) {
      timer.cancel();
      target.pool.destroy();
    }
    for (const group of this.#groups.values()) {
      for (const target of group.members) target.pool.destroy();
    }
    this.#draining.clear();
    this.#groups.clear();
  }

  /** A request at it has ended; it may have been what a withdrawn instance waited for. */
  released(target: Target): void {
    if (target.active === 0 && this.#draining.has(target)) this.#gone(target);
  }

  #setGroup(service: ServiceName, instances: readonly Instance[], before: Group | undefined): void {
    const left = new Map(before?.members.map((target) => [target.instance.id, target]));
    const isNew = !this.#isFirst && left.size > 0;
    const members: Target[] = [];
    for (const instance of instances) {
      const known = left.get(instance.id);
      if (known !== undefined && isSame(known.instance, instance)) {
        left.delete(instance.id);
        members.push(known);
        continue;
      }
      const address = parseUpstreamAddress(instance.uri);
      if (address === undefined) {
        this.#options.logger.warn(
          { service, uri: instance.uri },
          "cannot reach an instance: no URI",
        );
        continue;
      }
      members.push(createTarget({ service, instance, address, clock: this.#options.clock, isNew }));
    }
    for (const target of left.values()) this.#withdraw(target);
    const { zone } = this.#options;
    this.#groups.set(service, {
      instances,
      members,
      local: zone === undefined ? [] : members.filter(({ instance }) => instance.zone === zone),
      weightMax: members.reduce((most, { instance }) => Math.max(most, instance.weight), 0),
    });
  }

  #withdraw(target: Target): void {
    target.pool.close();
    if (target.active === 0) {
      target.pool.destroy();
      return;
    }
    const { clock, timeouts } = this.#options;
    this.#draining.set(
      target,
      clock.after(timeouts.drainMs, () => this.#gone(target)),
    );
  }

  #gone(target: Target): void {
    this.#draining.get(target)?.cancel();
    this.#draining.delete(target);
    target.pool.destroy();
  }

  #healthOf(target: Target): InstanceHealth {
    const { service, instance, active, reason } = target;
    const now = this.#options.clock.now();
    const why = reason === undefined ? {} : { reason };
    if (this.#draining.has(target)) {
      return { service, instance, active, state: "draining", reason: "withdrawn" };
    }
    if (isEjected(target, now)) return { service, instance, active, state: "ejected", ...why };
    if (isStarting(target, now, this.#options.timeouts.slowStartMs)) {
      return { service, instance, active, state: "starting", reason: "new, or back after a while" };
    }
    return { service, instance, active, state: "up" };
  }
}

function isSame(a: Instance, b: Instance): boolean {
  return a === b || (a.uri === b.uri && a.weight === b.weight && a.zone === b.zone);
}
