/**
 * `tavola run` as the framework that it is: takes offers, launches, shows output, ends.
 *
 * Owns the order of things: output is shown to its end before the framework is torn down, because
 * the sandbox is found by the framework's name.
 */

import { CodedError } from "@tavola/base";
import type { Offer, TaskStatus } from "@tavola/protocol";
import { connectScheduler, type Scheduler, type SchedulerEvent } from "@tavola/sdk";
import { signalExitStatus } from "../exit-status.ts";
import type { Terminal } from "../terminal.ts";
import { InstanceOutputs } from "./instance-outputs.ts";
import type { Interrupts } from "./interrupts.ts";
import { MasterWatch } from "./master-watch.ts";
import { placeInstances } from "./placement.ts";
import { RunInstance } from "./run-instance.ts";
import { runLabel } from "./run-label.ts";
import { type RunRequest, taskIdsOf, taskOf } from "./run-request.ts";
import { formatStateLine } from "./state-line.ts";
import { taskExitStatus } from "./task-exit-status.ts";
import { WaitExplainer } from "./wait-explainer.ts";

const role = "*";
const limits = {
  /** How long the cluster keeps the tasks of a `tavola run` that it has lost. */
  failoverTimeoutSeconds: 10,
  /** A kill may be lost on the way. */
  killAgainMs: 3000,
  declineSeconds: 1,
} as const;

const signalNumbers = { SIGINT: 2, SIGPIPE: 13, SIGTERM: 15 } as const;

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
  readonly #scheduler: Scheduler;
  readonly #outputs: InstanceOutputs;
  readonly #master: MasterWatch;
  readonly #explainer: WaitExplainer;
  #suppressed = false;
  /** The signal that asked for an end. */
  #interrupted: number | undefined;
  #killAgain: NodeJS.Timeout | undefined;
  /** Why it was given up. */
  #givenUp: unknown;

  constructor(options: RunSessionOptions) {
    this.#options = options;
    const { request, masters, terminal } = options;
    const ids = taskIdsOf(request);
    this.#instances = ids.map(
      (id, index) => new RunInstance(id, ids.length === 1 ? undefined : `[${index + 1}] `),
    );
    this.#outputs = new InstanceOutputs({
      terminal,
      shown: (instance) => this.#outputShown(instance),
      readerGone: () => this.#interruptedBy("SIGPIPE", 1),
    });
    this.#master = new MasterWatch({
      name: request.name,
      masters,
      terminal,
      giveUp: (reason) => {
        this.#givenUp = reason;
        void this.#scheduler.close();
      },
    });
    this.#explainer = new WaitExplainer({
      request,
      masters,
      terminal,
      waiting: () => this.#unplaced().length,
    });
    this.#scheduler = connectScheduler({ masters, framework: frameworkOf(request) });
  }

  async run(): Promise<number> {
    const { interrupts } = this.#options;
    interrupts.onInterrupt((signal, count) => this.#interruptedBy(signal, count));
    try {
      for await (const event of this.#scheduler) this.#happened(event);
    } catch (error) {
      if (!this.#wasTornDown(error)) throw error;
    } finally {
      clearTimeout(this.#killAgain);
      this.#explainer.close();
      this.#master.close();
      await this.#outputs.close();
      interrupts.close();
    }
    if (this.#givenUp !== undefined) throw this.#givenUp;
    return this.#exitStatus();
  }

  #happened(event: SchedulerEvent): void {
    if (event.type === "SUBSCRIBED") this.#subscribed();
    else if (event.type === "OFFERS") this.#offered(event.offers ?? []);
    else if (event.type === "UPDATE") this.#updated(event.status);
    else if (event.type === "DISCONNECTED") {
      const matters = this.#unplaced().length + this.#running().length > 0;
      this.#master.disconnected(event.error, matters);
    }
  }

  #subscribed(): void {
    const tasks = this.#running().map(({ taskId }) => ({ task_id: { value: taskId } }));
    if (tasks.length > 0) this.#send(this.#scheduler.reconcile(tasks));
    this.#master.subscribed();
    this.#explainer.start();
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

  #updated(status: TaskStatus): void {
    const instance = this.#instances.find(({ taskId }) => taskId === status.task_id.value);
    const outcome = instance?.updated(status) ?? "nothing";
    if (instance === undefined || outcome === "nothing") return;
    if (outcome === "again") {
      this.#suppressed = false;
      this.#send(this.#scheduler.revive());
      this.#explainer.start();
      return;
    }
    const { terminal } = this.#options;
    const line = formatStateLine(status, instance.agentAddress, terminal.isWatched);
    if (line !== undefined) terminal.tell(line);
    if (instance.isOutputFollowed) return;
    // The master speaks for tasks that no agent has heard of: there is no sandbox.
    if (status.source !== "SOURCE_MASTER") {
      this.#outputs.show(instance, this.#scheduler.frameworkId?.value ?? "");
    } else if (instance.phase === "ended") {
      this.#outputShown(instance);
    }
  }

  #outputShown(instance: RunInstance): void {
    instance.outputShown();
    if (this.#unfinished().length === 0) this.#end();
  }

  /** Those that still want a place. */
  #unplaced(): RunInstance[] {
    if (this.#interrupted !== undefined) return [];
    return this.#instances.filter(({ phase }) => phase === "unplaced");
  }

  #running(): RunInstance[] {
    return this.#instances.filter(({ phase }) => phase === "launched" || phase === "known");
  }

  /** Those that the run has to wait for. */
  #unfinished(): RunInstance[] {
    const ended = this.#instances.filter(({ phase }) => phase === "ended");
    return [...this.#unplaced(), ...this.#running(), ...ended];
  }

  /** Ends the framework, and with it the loop. */
  #end(): void {
    this.#scheduler.teardown().catch(() => this.#scheduler.close());
  }

  #interruptedBy(signal: keyof typeof signalNumbers, count: number): void {
    const isFirst = this.#interrupted === undefined;
    this.#interrupted ??= signalNumbers[signal];
    if (count > 1 || this.#running().length === 0) {
      this.#end();
    } else if (isFirst) {
      const { terminal } = this.#options;
      if (terminal.isWatched) terminal.tell("\nending it; once more to leave at once\n");
      this.#killRunning();
    }
  }

  #killRunning(): void {
    const running = this.#running();
    for (const { taskId, agentId } of running) {
      const where = agentId === undefined ? {} : { agentId: { value: agentId } };
      this.#send(this.#scheduler.kill({ value: taskId }, where));
    }
    if (running.length === 0) return;
    this.#killAgain = setTimeout(() => this.#killRunning(), limits.killAgainMs);
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
    if (!isEnd || !this.#master.wasThere) return false;
    const { terminal, request } = this.#options;
    terminal.tell(`${request.name}: ended from outside (${error.details["reason"]})\n`);
    this.#interrupted ??= signalNumbers.SIGTERM;
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

function frameworkOf({ user, name }: RunRequest) {
  return {
    user,
    name: `tavola run ${name}`,
    roles: [role],
    failover_timeout: limits.failoverTimeoutSeconds,
    // The command outlives its agent's process.
    checkpoint: true,
    capabilities: [
      { type: "MULTI_ROLE" },
      { type: "PARTITION_AWARE" },
      { type: "TASK_KILLING_STATE" },
    ],
    labels: { labels: [{ key: runLabel, value: name }] },
  } as const;
}

/** Where the offer's agent has its API. */
function addressOf(offer: Offer): string {
  const { ip, hostname, port } = offer.url?.address ?? { port: 5051 };
  return `${ip ?? hostname ?? offer.hostname}:${port}`;
}
