/**
 * `tavola run` as the framework that it is: takes offers, launches, shows output, ends.
 *
 * Owns the order of things: output is shown to its end before the framework is torn down, because
 * the sandbox is found by the framework's name.
 */

import { CodedError } from "@tavola/base";
import type { Offer, TaskStatus } from "@tavola/protocol";
import {
  type AgentClient,
  connectScheduler,
  createAgentClient,
  createOperatorClient,
  type Scheduler,
  type SchedulerEvent,
} from "@tavola/sdk";
import { signalExitStatus } from "../exit-status.ts";
import { explainMasterError } from "../master-address.ts";
import type { Terminal } from "../terminal.ts";
import type { Interrupts } from "./interrupts.ts";
import { explainWait, placeInstances } from "./placement.ts";
import { RunInstance } from "./run-instance.ts";
import { runLabel } from "./run-label.ts";
import { type RunRequest, taskIdsOf, taskOf } from "./run-request.ts";
import { isTelling, taskExitStatus } from "./task-exit-status.ts";
import { showTaskOutput } from "./task-output.ts";

const role = "*";
const limits = {
  /** How long the cluster keeps the tasks of a `tavola run` that it has lost. */
  failoverTimeoutSeconds: 10,
  /** Before it says why it waits, and between two looks at whether that is still so. */
  explainAfterMs: 2000,
  /** A kill may be lost on the way. */
  killAgainMs: 3000,
  declineSeconds: 1,
  /** Without a master, before it gives up: the tasks have long been ended by then. */
  lostMsMax: 30_000,
} as const;

export interface RunSessionOptions {
  readonly request: RunRequest;
  /** `HOST:PORT,…` */
  readonly masters: string;
  readonly terminal: Terminal;
  readonly interrupts: Interrupts;
}

/** Runs it to its end; resolves with the exit status. */
export async function runOnCluster(options: RunSessionOptions): Promise<number> {
  return new RunSession(options).run();
}

class RunSession {
  readonly #options: RunSessionOptions;
  readonly #instances: readonly RunInstance[];
  readonly #agents = new Map<string, AgentClient>();
  readonly #scheduler: Scheduler;
  #subscribedOnce = false;
  #isLost = false;
  #suppressed = false;
  #interrupted: number | undefined;
  #explained = "";
  #timers: NodeJS.Timeout[] = [];
  #givingUp: NodeJS.Timeout | undefined;
  /** The master has been away for too long; this is how it is told. */
  #lost: unknown;

  constructor(options: RunSessionOptions) {
    this.#options = options;
    const { request, masters } = options;
    const ids = taskIdsOf(request);
    this.#instances = ids.map(
      (id, index) => new RunInstance(id, ids.length === 1 ? undefined : `[${index + 1}] `),
    );
    this.#scheduler = connectScheduler({
      masters,
      framework: {
        user: request.user,
        name: `tavola run ${request.name}`,
        roles: [role],
        failover_timeout: limits.failoverTimeoutSeconds,
        capabilities: [
          { type: "MULTI_ROLE" },
          { type: "PARTITION_AWARE" },
          { type: "TASK_KILLING_STATE" },
        ],
        labels: { labels: [{ key: runLabel, value: request.name }] },
      },
    });
  }

  async run(): Promise<number> {
    const { interrupts } = this.#options;
    interrupts.onInterrupt((signal, count) => this.#interruptedBy(signal, count));
    try {
      for await (const event of this.#scheduler) await this.#happened(event);
    } catch (error) {
      if (!this.#wasTornDown(error)) throw error;
    } finally {
      for (const timer of this.#timers) clearTimeout(timer);
      clearTimeout(this.#givingUp);
      for (const agent of this.#agents.values()) await agent.close();
      interrupts.close();
    }
    if (this.#lost !== undefined) throw this.#lost;
    return this.#exitStatus();
  }

  async #happened(event: SchedulerEvent): Promise<void> {
    switch (event.type) {
      case "SUBSCRIBED":
        return this.#subscribed();
      case "OFFERS":
        return this.#offered(event.offers ?? []);
      case "UPDATE":
        return this.#updated(event.status);
      case "DISCONNECTED":
        return this.#disconnected(event.error);
      default:
    }
  }

  #subscribed(): void {
    clearTimeout(this.#givingUp);
    this.#givingUp = undefined;
    const { terminal, request } = this.#options;
    if (this.#isLost) terminal.tell(`${request.name}: back with the master\n`);
    this.#isLost = false;
    if (this.#subscribedOnce) {
      const tasks = this.#instances
        .filter(({ phase }) => phase === "launched" || phase === "known")
        .map(({ taskId }) => ({ task_id: { value: taskId } }));
      if (tasks.length > 0) this.#send(this.#scheduler.reconcile(tasks));
    } else {
      this.#subscribedOnce = true;
      this.#explainLater();
    }
  }

  #offered(offers: readonly Offer[]): void {
    const waiting = this.#unplaced();
    const { request } = this.#options;
    for (const { offer, count } of placeInstances(request.demand, waiting.length, offers)) {
      if (count === 0) {
        this.#send(this.#scheduler.decline([offer.id], { refuse_seconds: limits.declineSeconds }));
        continue;
      }
      const agentId = offer.agent_id.value;
      const tasks = waiting.splice(0, count).map((instance) => {
        instance.launched(agentId, addressOf(offer));
        const offered = { agentId, role: offer.allocation_info?.role ?? role };
        return taskOf(request, instance.taskId, offered);
      });
      this.#send(this.#scheduler.launch(offer, tasks));
    }
    if (waiting.length === 0 && !this.#suppressed) {
      this.#suppressed = true;
      this.#send(this.#scheduler.suppress());
    }
  }

  #unplaced(): RunInstance[] {
    if (this.#interrupted !== undefined) return [];
    return this.#instances.filter(({ phase }) => phase === "unplaced");
  }

  #updated(status: TaskStatus): void {
    const instance = this.#instances.find(({ taskId }) => taskId === status.task_id.value);
    if (instance === undefined) return;
    const outcome = instance.updated(status);
    if (outcome === "again") {
      this.#suppressed = false;
      this.#send(this.#scheduler.revive());
      return;
    }
    if (outcome === "nothing") return;
    this.#tellState(instance, status);
    if (instance.isOutputFollowed) return;
    // The master speaks for tasks that no agent has heard of: there is no sandbox.
    if (status.source !== "SOURCE_MASTER") this.#showOutput(instance);
    else if (instance.phase === "ended") this.#outputShown(instance);
  }

  #tellState(instance: RunInstance, status: TaskStatus): void {
    const { terminal } = this.#options;
    const hasFailed = instance.phase === "ended" && isTelling(status);
    if (!terminal.isWatched && !hasFailed) return;
    const where = instance.phase === "ended" ? "" : ` on ${instance.agentAddress}`;
    const message = instance.phase === "ended" ? firstLineOf(status.message) : "";
    const why = message === "" ? "" : `: ${message}`;
    const reason = hasFailed && status.reason !== undefined ? ` (${status.reason})` : "";
    terminal.tell(`${instance.taskId}: ${status.state}${where}${why}${reason}\n`);
  }

  #showOutput(instance: RunInstance): void {
    instance.isOutputFollowed = true;
    const frameworkId = this.#scheduler.frameworkId?.value ?? "";
    const shown = showTaskOutput({
      agent: this.#agentAt(instance.agentAddress ?? ""),
      frameworkId,
      executorId: instance.taskId,
      terminal: this.#options.terminal,
      prefix: instance.prefix,
      ended: instance.ended,
    });
    shown.catch(() => this.#interruptedBy("SIGPIPE", 1)).then(() => this.#outputShown(instance));
  }

  #agentAt(address: string): AgentClient {
    const known = this.#agents.get(address);
    if (known !== undefined) return known;
    const agent = createAgentClient({ agent: address });
    this.#agents.set(address, agent);
    return agent;
  }

  #outputShown(instance: RunInstance): void {
    if (instance.phase === "known") {
      // Its agent cannot be read from; the rest is what the status updates say.
      instance.ended.addEventListener("abort", () => this.#outputShown(instance), { once: true });
      return;
    }
    instance.outputShown();
    if (this.#instances.every(({ phase }) => phase === "done" || this.#isGivenUp(phase)))
      this.#end();
  }

  #isGivenUp(phase: RunInstance["phase"]): boolean {
    return this.#interrupted !== undefined && phase === "unplaced";
  }

  /** Ends the framework, and with it the loop. */
  #end(): void {
    this.#scheduler.teardown().catch(() => this.#scheduler.close());
  }

  #interruptedBy(signal: "SIGINT" | "SIGTERM" | "SIGPIPE", count: number): void {
    const { terminal } = this.#options;
    const isFirst = this.#interrupted === undefined;
    const number = { SIGINT: 2, SIGTERM: 15, SIGPIPE: 13 }[signal];
    this.#interrupted ??= number;
    const running = this.#instances.filter(
      ({ phase }) => phase === "launched" || phase === "known",
    );
    if (count > 1 || running.length === 0) {
      this.#end();
      return;
    }
    if (!isFirst) return;
    if (terminal.isWatched) terminal.tell("\nending it; once more to leave at once\n");
    this.#killRunning();
  }

  #killRunning(): void {
    const running = this.#instances.filter(
      ({ phase }) => phase === "launched" || phase === "known",
    );
    if (running.length === 0) return;
    for (const { taskId, agentId } of running) {
      const where = agentId === undefined ? {} : { agentId: { value: agentId } };
      this.#send(this.#scheduler.kill({ value: taskId }, where));
    }
    this.#timers.push(setTimeout(() => this.#killRunning(), limits.killAgainMs));
  }

  #explainLater(): void {
    this.#timers.push(
      setTimeout(() => {
        void this.#explain().finally(() => {
          if (this.#unplaced().length > 0) this.#explainLater();
        });
      }, limits.explainAfterMs),
    );
  }

  async #explain(): Promise<void> {
    const waiting = this.#unplaced().length;
    if (waiting === 0) return;
    const { request, masters, terminal } = this.#options;
    const operator = createOperatorClient({ masters });
    try {
      const { agents = [] } = await operator.call("GET_AGENTS");
      const why = explainWait(request.demand, agents);
      const many =
        this.#instances.length === 1 ? "" : `${waiting} of ${this.#instances.length} instances: `;
      if (this.#explained === many + why) return;
      this.#explained = many + why;
      terminal.tell(`${request.name} waits: ${this.#explained}\n`);
    } catch (error) {
      // The loop itself tells when the master is away; this was only to explain.
      if (!(error instanceof CodedError)) throw error;
    } finally {
      await operator.close();
    }
  }

  #disconnected(error: CodedError): void {
    const { masters, terminal, request } = this.#options;
    const explained = explainMasterError(masters, error);
    if (!this.#subscribedOnce && explained !== error) throw explained;
    const runs = this.#instances.some(({ phase }) => phase !== "ended" && phase !== "done");
    if (this.#isLost || !runs) return;
    this.#isLost = true;
    terminal.tell(`${request.name}: lost the master, trying again: ${error.message}\n`);
  }

  /** What went wrong with a call comes out otherwise: as a disconnection, or as silence that reconciliation ends. */
  #send(call: Promise<void>): void {
    call.catch((error: unknown) => {
      if (!(error instanceof CodedError)) throw error;
      const { terminal } = this.#options;
      if (!error.transient && error.code !== "ABORTED") terminal.tell(`${error.message}\n`);
    });
  }

  /** `tavola kill`, or an operator, ended the framework under way. */
  #wasTornDown(error: unknown): boolean {
    const isEnd = error instanceof CodedError && error.code === "FRAMEWORK_REFUSED";
    if (!isEnd || !this.#subscribedOnce) return false;
    const { terminal, request } = this.#options;
    terminal.tell(`${request.name}: ended from outside (${error.details["reason"]})\n`);
    this.#interrupted ??= 15;
    return true;
  }

  #exitStatus(): number {
    if (this.#interrupted !== undefined) return signalExitStatus(this.#interrupted);
    const statuses = this.#instances.map(({ last }) =>
      last === undefined ? 1 : taskExitStatus(last),
    );
    return statuses.find((status) => status !== 0) ?? 0;
  }
}

/** Some messages go on with statistics. */
function firstLineOf(message = ""): string {
  return message.trimStart().split("\n", 1)[0] ?? "";
}

/** Where the offer's agent has its API. */
function addressOf(offer: Offer): string {
  const { ip, hostname, port } = offer.url?.address ?? { port: 5051 };
  return `${ip ?? hostname ?? offer.hostname}:${port}`;
}
