/**
 * One event's handling: what the rules change, what time it is, and the list of what is to be done.
 *
 * Every rule takes a `Turn` as its first argument. What it adds to `effects` is performed after the
 * turn, in order.
 */

import { type ContainerId, type Instant, later, type Random } from "@tavola/base";
import type { executor, MessageType, Upid } from "@tavola/protocol";
import type { Effect } from "./effects.ts";
import type { AgentState } from "./state.ts";

export class Turn {
  readonly state: AgentState;
  readonly now: Instant;
  readonly random: Random;
  readonly effects: Effect[] = [];

  constructor(state: AgentState, now: Instant, random: Random) {
    this.state = state;
    this.now = now;
    this.random = random;
  }

  add(effect: Effect): void {
    this.effects.push(effect);
  }

  later(byMs: number): Instant {
    return later(this.now, byMs);
  }

  send<T>(to: Upid, type: MessageType<T>, message: T): void {
    this.effects.push({ kind: "send", to, type, message });
  }

  /** Lost when nobody leads: libprocess promises at most once anyway. */
  sendToMaster<T>(type: MessageType<T>, message: T): void {
    if (this.state.master !== undefined) this.send(this.state.master, type, message);
  }

  sendEvent(containerId: ContainerId, event: executor.Event): void {
    this.effects.push({ kind: "sendEvent", containerId, event });
  }

  debug(fields: Readonly<Record<string, unknown>>, message: string): void {
    this.effects.push({ kind: "log", level: "debug", fields, message });
  }

  info(fields: Readonly<Record<string, unknown>>, message: string): void {
    this.effects.push({ kind: "log", level: "info", fields, message });
  }

  warn(fields: Readonly<Record<string, unknown>>, message: string): void {
    this.effects.push({ kind: "log", level: "warn", fields, message });
  }

  error(fields: Readonly<Record<string, unknown>>, message: string): void {
    this.effects.push({ kind: "log", level: "error", fields, message });
  }
}
