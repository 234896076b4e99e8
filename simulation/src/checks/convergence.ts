/**
 * After the last fault everything comes right by itself, within stated time: one master leads, every
 * agent and framework is with it, frameworks know what is true of each of their tasks, and nobody goes
 * on repeating what nobody hears.
 */

import { decodeMessage, internal } from "@tavola/protocol";
import type { Cluster } from "../cluster/cluster.ts";
import { isEnd } from "../cluster/framework-records.ts";
import { runningNow } from "../cluster/ledger.ts";
import type { SimulatedProcess } from "../world/process.ts";
import { Violation } from "../world/world.ts";
import type { Checker } from "./checker.ts";

const name = "convergence";

export class Convergence implements Checker {
  readonly #cluster: Cluster;
  /** Updates sent since the rest should have begun. */
  readonly #late: string[] = [];
  #isCalm = false;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** From now on nothing should be repeated any more. */
  calmBegins(): void {
    this.#isCalm = true;
  }

  sends(process: SimulatedProcess, _to: unknown, message: string, body: Uint8Array): void {
    if (!this.#isCalm || message !== internal.StatusUpdateMessage.typeName) return;
    const { value } = decodeMessage(internal.StatusUpdateMessage, body);
    const status = value?.update.status;
    this.#late.push(`${process.name}: ${status?.task_id.value} ${status?.state}`);
  }

  rests(): void {
    const { agents, frameworks, masters } = this.#cluster;
    for (const { supervisor } of [...masters, ...agents, ...frameworks]) {
      if (supervisor.process === undefined) {
        throw new Violation(name, `${supervisor.name} does not stay up`);
      }
    }
    for (const { scheduler, name: framework } of frameworks) {
      if (scheduler?.isSubscribed !== true) {
        throw new Violation(name, `${framework} is not subscribed`);
      }
    }
    this.#checkKnowledge();
    if (this.#late.length > 0) {
      throw new Violation(name, `still sent when all should be quiet: ${this.#late.join("; ")}`);
    }
  }

  #checkKnowledge(): void {
    const { ledger, frameworks } = this.#cluster;
    for (const task of ledger.tasks.values()) {
      if (task.isForgotten) continue;
      const framework = frameworks.find((each) => each.name === task.framework);
      const record = framework?.records.tasks.get(task.taskId);
      const last = record?.last;
      const { isPartitionAware } = framework?.will ?? { isPartitionAware: false };
      const isOver = last !== undefined && isEnd(last, isPartitionAware);
      const isRunning = runningNow(task) !== undefined;
      if (isRunning && last?.state !== "TASK_RUNNING" && last?.state !== "TASK_KILLING") {
        throw new Violation(name, `${task.key} runs; its framework believes ${last?.state}`);
      }
      if (!isRunning && !isOver) {
        throw new Violation(
          name,
          `${task.key} does not run; its framework believes ${last?.state} (${last?.reason}: ${last?.message})`,
        );
      }
    }
  }
}
