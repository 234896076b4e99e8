/**
 * The core in the world: hands it one event at a time and performs what it asks for.
 *
 * Owns timers, links, streams, waiting askers and listeners; decides nothing. While effects are being
 * performed new events only queue up, so turns never nest.
 */

import type { Clock, Logger, Messenger, Metrics } from "@tavola/host";
import { encodeMessage, type MessageType, parseUpid } from "@tavola/protocol";
import type { CommandResult, Effect, OperatorEvent, SendMessage, Ticket } from "../core/effects.ts";
import type { MasterEvent } from "../core/events.ts";
import { limits } from "../core/limits.ts";
import type { MasterCore } from "../core/master-core.ts";
import type { MasterState } from "../core/state.ts";
import { AllocationTimer } from "./allocation-timer.ts";
import type { Registry } from "./registry.ts";
import { SchedulerStreams } from "./scheduler-streams.ts";
import { Wakes } from "./wakes.ts";

export interface MasterShellOptions {
  readonly core: MasterCore;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly messenger: Messenger;
  /** Asked before every turn; after a no, none is taken any more. Default: it may. */
  readonly mayAct?: () => boolean;
  /** Called once, when this master must end: `mayAct` said no, or the core did. */
  readonly onEnd?: (reason: string, status: number) => void;
  /** Told of a turn that failed, which is a bug of ours; must end the process. Default: throws it at nobody. */
  readonly crash?: (error: unknown) => void;
}

export class MasterShell {
  readonly streams = new SchedulerStreams();
  readonly #options: MasterShellOptions;
  readonly #wakes: Wakes;
  readonly #allocation: AllocationTimer;
  readonly #links = new Map<string, () => void>();
  readonly #askers = new Map<Ticket, (result: CommandResult) => void>();
  readonly #listeners = new Set<(event: OperatorEvent) => void>();
  #lastTicket: Ticket = 0;
  #events: MasterEvent[] = [];
  #isRunning = false;
  #isClosed = false;
  #lastEncoded: { readonly message: unknown; readonly bytes: Uint8Array } | undefined;

  constructor(options: MasterShellOptions) {
    this.#options = options;
    const { clock, core, metrics } = options;
    this.#wakes = new Wakes(clock, (event) => this.dispatch(event));
    this.#allocation = new AllocationTimer({
      clock,
      metrics,
      intervalMs: core.state.config.allocationIntervalMs,
      spacingMs: limits.allocationSpacingMs,
      allocate: () => this.dispatch({ kind: "allocate" }),
    });
  }

  get state(): MasterState {
    return this.#options.core.state;
  }

  /** A turn now, or after the one that is under way. */
  dispatch(event: MasterEvent): void {
    if (this.#isClosed) return;
    this.#events.push(event);
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      this.#run();
    } catch (error) {
      // The state is half changed: whatever the caller does with the error, this master must not go on.
      this.#isClosed = true;
      (this.#options.crash ?? crashProcess)(error);
      throw error;
    } finally {
      this.#isRunning = false;
    }
  }

  #run(): void {
    const { core, clock } = this.#options;
    while (this.#events.length > 0) {
      const events = this.#events;
      this.#events = [];
      for (const event of events) {
        if (this.#isClosed) return;
        if (event.kind !== "leadershipLost" && this.#options.mayAct?.() === false) {
          this.#end("the session with the store may be over, and another master may lead", 1);
          return;
        }
        this.#take(core.handle(event, clock.now()));
      }
    }
  }

  #take(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === "exit") {
        this.#end(effect.reason, effect.status);
        return;
      }
      this.#perform(effect);
    }
  }

  #end(reason: string, status: number): void {
    this.#isClosed = true;
    this.#options.onEnd?.(reason, status);
  }

  /** An event that is answered. The answer comes within the turn unless the registry is waited for. */
  ask(eventOf: (ticket: Ticket) => MasterEvent): Promise<CommandResult> {
    this.#lastTicket += 1;
    const ticket = this.#lastTicket;
    return new Promise((resolve) => {
      this.#askers.set(ticket, resolve);
      this.dispatch(eventOf(ticket));
    });
  }

  /** Stops at the returned function. */
  subscribe(listener: (event: OperatorEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#isClosed = true;
    this.#allocation.close();
    this.#wakes.cancelAll();
    for (const unlink of this.#links.values()) unlink();
    this.#links.clear();
    this.streams.closeAll();
    for (const answer of this.#askers.values()) {
      answer({ status: 503, message: "Master is shutting down" });
    }
    this.#askers.clear();
  }

  #perform(effect: Exclude<Effect, { readonly kind: "exit" }>): void {
    switch (effect.kind) {
      case "send":
        this.#send(effect);
        return;
      case "sendEvent":
        this.streams.send(effect.stream, effect.event);
        return;
      case "closeStream":
        this.streams.close(effect.stream);
        return;
      case "publish":
        for (const listener of this.#listeners) listener(effect.event);
        return;
      case "wakeAt":
        this.#wakes.set(effect.key, effect.at, effect.event);
        return;
      case "cancelWake":
        this.#wakes.cancel(effect.key);
        return;
      case "allocateSoon":
        this.#allocation.allocateSoon();
        return;
      case "reply":
        this.#askers.get(effect.ticket)?.(effect.result);
        this.#askers.delete(effect.ticket);
        return;
      case "persist":
        this.#options.registry.apply(effect.operation, () => this.dispatch(effect.then));
        return;
      case "link":
        this.#link(effect.pid);
        return;
      case "unlink":
        this.#links.get(effect.pid)?.();
        this.#links.delete(effect.pid);
        return;
      case "log":
        this.#options.logger[effect.level](effect.fields, effect.message);
    }
  }

  #send({ fromId, to, type, message }: SendMessage): void {
    const bytes = this.#encode(type as MessageType<unknown>, message);
    this.#options.messenger.send(fromId, to, type.typeName, bytes);
  }

  /** PERF: a message to many agents is one object, and is encoded once. */
  #encode(type: MessageType<unknown>, message: unknown): Uint8Array {
    const last = this.#lastEncoded;
    if (last !== undefined && last.message === message) return last.bytes;
    const bytes = encodeMessage(type, message);
    this.#lastEncoded = { message, bytes };
    return bytes;
  }

  #link(pid: string): void {
    const upid = parseUpid(pid);
    if (upid === undefined || this.#links.has(pid)) return;
    const unlink = this.#options.messenger.link(upid, () => {
      this.#links.delete(pid);
      this.dispatch({ kind: "agentExited", pid });
    });
    this.#links.set(pid, unlink);
  }
}

export function crashProcess(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
