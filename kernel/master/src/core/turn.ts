/**
 * One turn of the master: an event is handled to its end, at one instant, by the rules of this folder.
 *
 * A rule is a function that takes the turn, changes `turn.state`, tells the allocator, and adds to
 * `turn.effects` what the shell has to do afterwards. Nothing is awaited within a turn.
 */

import type { Allocator } from "@tavola/allocator";
import type { AgentId, FrameworkId, Instant, Random } from "@tavola/base";
import type { MessageType, scheduler, Upid } from "@tavola/protocol";
import type { RegistryOperation } from "@tavola/registry";
import type { Resources } from "@tavola/resources";
import type { CommandResult, Effect, OperatorEvent, Ticket } from "./effects.ts";
import type { MasterEvent } from "./events.ts";
import type { Agent, Framework, MasterState } from "./state.ts";

/** What stays the same from turn to turn. */
export interface TurnContext {
  readonly state: MasterState;
  readonly allocator: Allocator;
  readonly random: Random;
}

export class Turn {
  readonly state: MasterState;
  readonly allocator: Allocator;
  readonly random: Random;
  readonly now: Instant;
  readonly effects: Effect[] = [];

  #allocatesSoon = false;

  constructor(context: TurnContext, now: Instant) {
    this.state = context.state;
    this.allocator = context.allocator;
    this.random = context.random;
    this.now = now;
  }

  /** Seconds since the epoch, as timestamps on the wire are. */
  get nowSeconds(): number {
    return this.now / 1000;
  }

  count(metric: string): void {
    this.state.counters.increment(metric);
  }

  send<T>(to: Upid, type: MessageType<T>, message: T, fromId = "master"): void {
    this.effects.push({ kind: "send", fromId, to, type, message });
  }

  sendToAgent<T>(agent: Agent, type: MessageType<T>, message: T): void {
    this.effects.push({ kind: "send", fromId: "master", to: agent.upid, type, message });
  }

  /** Drops the event when the framework is not connected, as Mesos does. */
  sendEvent(framework: Framework, event: scheduler.Event): void {
    if (framework.stream === undefined) return;
    framework.counters.increment("events");
    framework.counters.increment(`events/${(event.type ?? "UNKNOWN").toLowerCase()}`);
    this.effects.push({ kind: "sendEvent", stream: framework.stream, event });
  }

  publish(event: OperatorEvent): void {
    this.effects.push({ kind: "publish", event });
  }

  wakeAt(key: string, at: Instant, event: MasterEvent): void {
    this.effects.push({ kind: "wakeAt", key, at, event });
  }

  cancelWake(key: string): void {
    this.effects.push({ kind: "cancelWake", key });
  }

  persist(operation: RegistryOperation, then: MasterEvent): void {
    this.effects.push({ kind: "persist", operation, then });
  }

  reply(ticket: Ticket | undefined, result: CommandResult): void {
    if (ticket !== undefined) this.effects.push({ kind: "reply", ticket, result });
  }

  /** However often it is asked for in a turn, it is one effect. */
  allocateSoon(): void {
    if (this.#allocatesSoon) return;
    this.#allocatesSoon = true;
    this.effects.push({ kind: "allocateSoon" });
  }

  /** Gives resources back to the allocator; one that no longer knows the agent is not bothered. */
  recover(frameworkId: FrameworkId, agentId: AgentId, resources: Resources, refuseMs = 0): void {
    if (resources.isEmpty || !this.state.agents.has(agentId)) return;
    this.allocator.resourcesRecovered({ frameworkId, agentId, resources, refuseMs }, this.now);
  }

  info(message: string, fields: Readonly<Record<string, unknown>>): void {
    this.effects.push({ kind: "log", level: "info", fields, message });
  }

  warn(message: string, fields: Readonly<Record<string, unknown>>): void {
    this.effects.push({ kind: "log", level: "warn", fields, message });
  }

  debug(message: string, fields: Readonly<Record<string, unknown>>): void {
    this.effects.push({ kind: "log", level: "debug", fields, message });
  }
}
