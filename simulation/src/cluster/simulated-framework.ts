/**
 * A scheduler: the sdk's real client, a durable store of its own, and a modest will.
 *
 * It launches what it planned when offers allow it, stops some of it, asks about what it has not
 * heard of (as the guidance says: explicitly, after each subscription and again until answered), and
 * writes into the ledger what it wanted and what it was told. Its process may die at any time; the next
 * one comes back with the same id.
 */

import { CodedError } from "@tavola/base";
import { silentLogger } from "@tavola/host";
import type { FrameworkInfo, Offer, TaskStatus } from "@tavola/protocol";
import { connectScheduler, isTerminal, type Scheduler, type SchedulerEvent } from "@tavola/sdk";
import type { Network } from "../world/network.ts";
import type { SimulatedProcess } from "../world/process.ts";
import { Violation } from "../world/world.ts";
import { schedulerHttpOf } from "./call-log.ts";
import { type FrameworkRecords, isAway, type TaskRecord } from "./framework-records.ts";
import type { FrameworkWill } from "./framework-will.ts";
import type { Ledger } from "./ledger.ts";
import { tasksForOffer } from "./task-choice.ts";

const askAgainMs = { min: 4000, max: 20_000 } as const;
const lookMs = 500;

export interface FrameworkParts {
  readonly network: Network;
  readonly process: SimulatedProcess;
  readonly ledger: Ledger;
  readonly records: FrameworkRecords;
  readonly info: FrameworkInfo;
  readonly masters: readonly string[];
  readonly will: FrameworkWill;
}

export class SimulatedFramework {
  readonly #parts: FrameworkParts;
  readonly #scheduler: Scheduler;
  readonly #offers = new Map<string, Offer>();
  /** Counts the times that it was subscribed; 0 before the first. */
  #subscription = 0;

  constructor(parts: FrameworkParts) {
    this.#parts = parts;
    const { process, network, info, masters, records } = parts;
    this.#scheduler = connectScheduler({
      masters,
      framework: records.id === undefined ? info : { ...info, id: records.id },
      world: {
        clock: process.clock,
        random: process.random,
        http: schedulerHttpOf(network, process),
        logger: silentLogger,
      },
    });
    void this.#hear();
    this.#look();
  }

  /** What it holds now: nobody else may have it. */
  get offers(): ReadonlyMap<string, Offer> {
    return this.#offers;
  }

  get isSubscribed(): boolean {
    return this.#scheduler.isSubscribed;
  }

  /** Asks for it, if it is subscribed; its loop then ends, whatever comes of it. */
  tearDown(): void {
    const { records, process } = this.#parts;
    if (!this.#scheduler.isSubscribed) return;
    this.#offers.clear();
    this.#scheduler.teardown().then(
      () => {
        if (!process.touch()) return;
        records.beginAnew();
        process.end("has torn itself down");
      },
      (error: unknown) => process.end(`does not know whether it is torn down: ${error}`),
    );
  }

  async #hear(): Promise<void> {
    const { process } = this.#parts;
    try {
      for await (const event of this.#scheduler) {
        if (!process.touch()) return;
        this.#received(event);
      }
    } catch (error) {
      if (error instanceof Violation) process.world.fail(error);
      if (!process.touch()) return;
      if (isRemoval(error)) this.#removed();
      const code = error instanceof CodedError ? error.message : String(error);
      process.end(`was refused: ${code}`);
    }
  }

  /** Torn down, or away for too long: whatever it ran is over. */
  #removed(): void {
    const { records, ledger, info } = this.#parts;
    ledger.forget(info.name);
    records.beginAnew();
  }

  #received(event: SchedulerEvent): void {
    switch (event.type) {
      case "SUBSCRIBED":
        this.#subscribed(event.framework_id.value);
        return;
      case "OFFERS":
        for (const offer of event.offers ?? []) this.#offered(offer);
        return;
      case "RESCIND":
        this.#offers.delete(event.offer_id.value);
        return;
      case "UPDATE":
        this.#updated(event.status);
        return;
      case "DISCONNECTED":
        this.#offers.clear();
        return;
      default:
        return;
    }
  }

  #subscribed(id: string): void {
    const { records, process, ledger } = this.#parts;
    process.world.note(`${process.name} subscribed as ${id}`);
    ledger.frameworkIds.add(id);
    records.id = { value: id };
    this.#offers.clear();
    this.#subscription += 1;
    if (records.isEnding) {
      this.tearDown();
      return;
    }
    for (const task of records.open()) {
      task.askAgainMs = process.world.nowMs;
      task.stopToldIn = 0;
    }
    this.#ask();
  }

  #offered(offer: Offer): void {
    const { will, process, ledger, records, info } = this.#parts;
    if (records.isEnding) return;
    const tasks = will.isQuiet ? [] : tasksForOffer(offer, this.#parts);
    if (tasks.length > 0) {
      for (const { info: task, own } of tasks) {
        const taskId = task.task_id.value;
        const agentId = offer.agent_id.value;
        records.tasks.set(taskId, newRecord(taskId, agentId, process.world.nowMs));
        ledger.intended({
          framework: info.name,
          frameworkId: records.id?.value ?? "",
          taskId,
          own,
          intendedMs: process.world.nowMs,
          agent: offer.hostname,
          agentId,
          checkpoints: info.checkpoint === true,
        });
      }
      const infos = tasks.map((task) => task.info);
      this.#send(this.#scheduler.launch(offer, infos, { refuse_seconds: will.refuseSeconds() }));
      return;
    }
    if (will.holdsOffers) {
      this.#offers.set(offer.id.value, offer);
      return;
    }
    this.#send(this.#scheduler.decline([offer.id], { refuse_seconds: will.refuseSeconds() }));
  }

  #updated(status: TaskStatus): void {
    const { records, ledger, info, process } = this.#parts;
    const record = records.told(status);
    if (record === undefined) return;
    // Whoever does not have it now will not remember what it was told about it.
    if (isTerminal(status.state) || isAway(status)) record.stopToldIn = 0;
    else if (record.wantsStop) this.#stop(record);
    const { nowMs } = process.world;
    ledger.told(ledger.task(info.name, record.taskId), { atMs: nowMs, status });
    record.askAgainMs = nowMs + this.#between(askAgainMs);
  }

  /** From time to time: ask about what was not heard of, stop what is to be stopped. */
  #look(): void {
    const { process, will, records } = this.#parts;
    process.clock.after(lookMs, () => {
      if (!process.touch()) return;
      if (this.#scheduler.isSubscribed) {
        this.#ask();
        for (const task of records.open()) {
          if (task.wantsStop || !will.stops(task, process.world.nowMs)) continue;
          task.wantsStop = true;
          if (task.last !== undefined && !isAway(task.last)) this.#stop(task);
        }
      }
      this.#look();
    });
  }

  #ask(): void {
    const { process, records } = this.#parts;
    const { nowMs } = process.world;
    const due = [...records.open()].filter((task) => task.askAgainMs <= nowMs);
    if (due.length === 0) return;
    for (const task of due) task.askAgainMs = nowMs + this.#between(askAgainMs);
    this.#send(
      this.#scheduler.reconcile(
        due.map(({ taskId, agentId }) => ({
          task_id: { value: taskId },
          agent_id: { value: agentId },
        })),
      ),
    );
  }

  /** Once a subscription, when the master has shown that it knows the task: that has to do. */
  #stop(task: TaskRecord): void {
    if (task.stopToldIn === this.#subscription) return;
    task.stopToldIn = this.#subscription;
    const { ledger, info, process } = this.#parts;
    const { taskId, agentId } = task;
    const options = { agentId: { value: agentId } };
    this.#scheduler.kill({ value: taskId }, options).then(
      () => ledger.task(info.name, taskId).kills.push({ atMs: process.world.nowMs }),
      () => {
        task.stopToldIn = 0;
      },
    );
  }

  #send(sent: Promise<void>): void {
    // Lost calls are what this is about: everything that matters is asked for again.
    sent.catch(() => {});
  }

  #between({ min, max }: { readonly min: number; readonly max: number }): number {
    return min + this.#parts.process.random.next() * (max - min);
  }
}

/** As every master says it to a framework that it has removed. */
function isRemoval(error: unknown): boolean {
  return error instanceof CodedError && error.details["reason"] === "Framework has been removed";
}

function newRecord(taskId: string, agentId: string, nowMs: number): TaskRecord {
  return {
    taskId,
    agentId,
    intendedMs: nowMs,
    last: undefined,
    isOver: false,
    wantsStop: false,
    stopToldIn: 0,
    askAgainMs: nowMs + askAgainMs.max,
  };
}
