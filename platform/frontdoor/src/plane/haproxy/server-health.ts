/**
 * How servers do: what HAProxy's counters say, and who is ejected by us because it answers that there
 * is nobody behind it (`in-process/core/balance/ejection.ts`: both planes eject by the same rules).
 */

import type { Instant } from "@tavola/base";
import type { Clock } from "@tavola/host";
import type { ServiceName } from "../../core/rule.ts";
import { instanceFailed, instanceSucceeded } from "../in-process/core/balance/ejection.ts";
import {
  createInstanceState,
  type InstanceState,
  isEjected,
} from "../in-process/core/balance/instance-state.ts";
import type { Server } from "./server-book.ts";

interface KnownServer {
  readonly server: Server;
  readonly state: InstanceState;
  readonly addedAt: Instant;
}

/** Of one server, over all backends that it is in. */
export interface ServerReading {
  readonly active: number;
  readonly isDown: boolean;
  /** In percent of its weight; undefined: all of it. */
  readonly throttle: number | undefined;
  readonly reason: string;
}

export class ServerHealth {
  readonly #clock: Clock;
  readonly #known = new Map<string, KnownServer>();
  readonly #members = new Map<ServiceName, Set<InstanceState>>();
  #readings: ReadonlyMap<string, ServerReading> = new Map();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  added(server: Server): void {
    if (this.#known.has(server.name)) return;
    const state = createInstanceState(server.instance, undefined);
    this.#known.set(server.name, { server, state, addedAt: this.#clock.now() });
    const members = this.#members.get(server.service) ?? new Set();
    members.add(state);
    this.#members.set(server.service, members);
  }

  removed({ name, service }: Server): void {
    const known = this.#known.get(name);
    this.#known.delete(name);
    const members = this.#members.get(service);
    if (known !== undefined) members?.delete(known.state);
    if (members?.size === 0) this.#members.delete(service);
  }

  /** Until when it was ejected by this, if it was. */
  answered(name: string, failure: string | undefined): Instant | undefined {
    const known = this.#known.get(name);
    if (known === undefined) return undefined;
    if (failure === undefined) {
      if (!isEjected(known.state, this.#clock.now())) instanceSucceeded(known.state);
      return undefined;
    }
    const members = [...(this.#members.get(known.server.service) ?? [])];
    const now = this.#clock.now();
    const isOut = instanceFailed(known.state, members, { reason: failure, now });
    return isOut ? known.state.ejectedUntil : undefined;
  }

  isEjected(name: string): boolean {
    const known = this.#known.get(name);
    return known !== undefined && isEjected(known.state, this.#clock.now());
  }

  /** What `show stat` says. */
  read(csv: string): void {
    this.#readings = parseReadings(csv);
  }

  of(
    server: Server,
    slowStartMs: number,
  ): { state: "up" | "starting" | "ejected"; reason?: string; active: number } {
    const known = this.#known.get(server.name);
    const reading = this.#readings.get(server.name);
    const active = reading?.active ?? 0;
    const now = this.#clock.now();
    if (known !== undefined && isEjected(known.state, now)) {
      return { state: "ejected", reason: known.state.reason ?? "", active };
    }
    if (reading?.isDown === true) return { state: "ejected", reason: reading.reason, active };
    const isNew = known !== undefined && now - known.addedAt < slowStartMs;
    const throttled = reading?.throttle !== undefined && reading.throttle < 100;
    return { state: throttled || (isNew && reading === undefined) ? "starting" : "up", active };
  }
}

function parseReadings(csv: string): ReadonlyMap<string, ServerReading> {
  const readings = new Map<string, ServerReading>();
  const [head = "", ...lines] = csv.split("\n");
  const names = head.replace(/^# /, "").split(",");
  const [name, current, status, throttle, check] = [
    ...["svname", "scur", "status", "throttle", "check_status"],
  ].map((each) => names.indexOf(each)) as [number, number, number, number, number];
  for (const line of lines) {
    const fields = line.split(",");
    const server = fields[name] ?? "";
    if (server === "" || fields.length < names.length - 1) continue;
    const before = readings.get(server);
    const isDown = (fields[status] ?? "").startsWith("DOWN");
    const percent = fields[throttle] ?? "";
    readings.set(server, {
      active: (before?.active ?? 0) + Number(fields[current] ?? 0),
      isDown: isDown || before?.isDown === true,
      throttle: percent === "" ? before?.throttle : Number(percent),
      reason: isDown ? `no connection (${fields[check] ?? ""})` : (before?.reason ?? ""),
    });
  }
  return readings;
}
