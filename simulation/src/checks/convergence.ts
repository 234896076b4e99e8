/**
 * After the last fault everything comes right by itself, within stated time: one master leads, every
 * agent and framework is with it, frameworks know what is true of each of their tasks, and nobody goes
 * on repeating what nobody hears.
 */

import { decodeMessage, internal, type TaskStatus } from "@tavola/protocol";
import type { Cluster } from "../cluster/cluster.ts";
import { isAway, isEnd } from "../cluster/framework-records.ts";
import { runningNow, type TaskHistory } from "../cluster/ledger.ts";
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
    if (this.#isNobodys(status?.task_id.value ?? "")) return;
    this.#late.push(`${process.name}: ${status?.task_id.value} ${status?.state}`);
  }

  rests(): void {
    const { agents, frameworks, masters } = this.#cluster;
    for (const { supervisor } of [...masters, ...agents, ...frameworks]) {
      if (supervisor.process === undefined && !supervisor.isRetired) {
        throw new Violation(name, `${supervisor.name} does not stay up`);
      }
    }
    for (const { scheduler, supervisor, name: framework } of frameworks) {
      if (scheduler?.isSubscribed !== true && !supervisor.isRetired) {
        throw new Violation(name, `${framework} is not subscribed`);
      }
    }
    this.#checkKnowledge();
    if (this.#late.length > 0) {
      throw new Violation(name, `still sent when all should be quiet: ${this.#late.join("; ")}`);
    }
  }

  /**
   * Of a framework that a former leader removed while the agent was away, and of which nothing is left there
   * but such updates: the present one does not know that it is over, and the agent goes on, ever more seldom.
   */
  #isNobodys(taskId: string): boolean {
    const { ledger } = this.#cluster;
    const task = ledger.find(taskId);
    return task !== undefined && ledger.isBeingEnded(task);
  }

  /** It was to run on an agent that never learned its own id: under that nobody comes back. */
  #isUnreachable({ agent, agentId }: TaskHistory, last: TaskStatus): boolean {
    const { agents, ledger } = this.#cluster;
    const host = agents.find((each) => each.host === agent);
    return isAway(last) && host?.agentId() !== agentId && !ledger.goneAgents.has(agentId);
  }

  #checkKnowledge(): void {
    const { ledger, frameworks } = this.#cluster;
    for (const task of ledger.tasks.values()) {
      if (task.isForgotten) continue;
      const framework = frameworks.find((each) => each.name === task.framework);
      const record = framework?.records.tasks.get(task.taskId);
      const last = record?.last;
      const isOver = last !== undefined && isEnd(last);
      const isRunning = runningNow(task) !== undefined;
      if (isRunning && last?.state !== "TASK_RUNNING" && last?.state !== "TASK_KILLING") {
        throw new Violation(name, `${task.key} runs; its framework believes ${last?.state}`);
      }
      const isRight = isOver || (last !== undefined && this.#isUnreachable(task, last));
      if (!isRunning && !isRight) {
        throw new Violation(
          name,
          `${task.key} does not run; its framework believes ${last?.state} (${last?.reason}: ${last?.message})`,
        );
      }
    }
  }
}
