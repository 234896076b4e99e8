/**
 * The connection to the master: what it says becomes turns, and what turns ask of it becomes calls.
 *
 * An update is acknowledged when the turn that took it is durable, never before. A call that does not
 * get through is not repeated here: the next subscription asks how everything is, and the rules ask
 * again for what is still missing.
 */

import { CodedError, describeError } from "@tavola/base";
import type { Logger } from "@tavola/host";
import type { FrameworkInfo, MasterInfo, Offer, TaskInfo, TaskStatus } from "@tavola/protocol";
import {
  type ClientWorld,
  connectScheduler,
  type Scheduler,
  type SchedulerEvent,
} from "@tavola/sdk";
import type { Effect } from "../core/effects.ts";
import { taskReportOf } from "./task-report.ts";

/** What becomes of what the master says; each resolves once it is durable. */
export interface FrameworkEvents {
  /** `master` is where it says that it is: host:port. */
  subscribed(frameworkId: string, master: string | undefined): Promise<void>;
  disconnected(): Promise<void>;
  offers(offers: readonly Offer[]): Promise<void>;
  rescinded(offerId: string): Promise<void>;
  updated(report: ReturnType<typeof taskReportOf>): Promise<unknown>;
  agentLost(agentId: string): Promise<void>;
  message(data: Uint8Array): Promise<void>;
  /** The master lives. Nothing that must be kept. */
  heartbeat(): void;
  /** None of the tasks was launched, nor will be: the master said no to the call, or it could not be made. */
  launchRefused(taskIds: readonly string[], reason: string): Promise<void>;
}

export interface FrameworkLinkOptions {
  readonly masters: string;
  readonly framework: FrameworkInfo;
  readonly events: FrameworkEvents;
  /** The tasks of a launch, put together from their records; those that are gone are left out. */
  readonly taskInfos: (taskIds: readonly string[]) => readonly TaskInfo[];
  readonly logger: Logger;
  readonly world?: ClientWorld;
}

type FrameworkEffect = Extract<
  Effect,
  { readonly kind: "launch" | "decline" | "wantOffers" | "kill" | "reconcile" }
>;

type LaunchEffect = Extract<Effect, { readonly kind: "launch" }>;

/** Tasks asked about in one call: the master answers each with an event of its own. */
const reconciledAtOnce = 1000;

export class FrameworkLink {
  readonly #options: FrameworkLinkOptions;
  readonly #scheduler: Scheduler;
  /** Resolves when the link is closed; rejects when the master refuses the framework for good. */
  readonly ended: Promise<void>;

  constructor(options: FrameworkLinkOptions) {
    this.#options = options;
    this.#scheduler = connectScheduler({
      masters: options.masters,
      framework: options.framework,
      acknowledgements: "manual",
      onHeartbeat: () => options.events.heartbeat(),
      ...(options.world === undefined ? {} : { world: options.world }),
    });
    this.ended = this.#listen();
    this.ended.catch(() => undefined);
  }

  /** The framework and its tasks live on for the failover timeout. */
  close(): Promise<void> {
    return this.#scheduler.close();
  }

  perform(effect: FrameworkEffect): void {
    this.#send(effect).catch((error: unknown) => {
      const isLost = error instanceof CodedError && error.transient;
      this.#options.logger[isLost ? "info" : "warn"](
        { call: effect.kind, error: describeError(error) },
        "a call did not reach the master",
      );
      if (effect.kind === "launch" && isRefusal(error)) this.#launchRefused(effect, error);
    });
  }

  /** Best effort: nobody says whether it arrived. */
  sendMessage(executorId: string, agentId: string, data: Uint8Array): void {
    this.#scheduler
      .message({ value: executorId }, { value: agentId }, data)
      .catch((error: unknown) => {
        this.#options.logger.warn(
          { executorId, error: describeError(error) },
          "a message was not sent",
        );
      });
  }

  /** Its offers are still out, as far as the master knows. */
  #launchRefused({ taskIds, offerIds }: LaunchEffect, error: unknown): void {
    this.perform({ kind: "decline", offerIds, refuseMs: 0 });
    this.#options.events
      .launchRefused(taskIds, describeError(error))
      .catch((ended: unknown) =>
        this.#options.logger.debug({ error: describeError(ended) }, "not decided any more"),
      );
  }

  async #listen(): Promise<void> {
    for await (const event of this.#scheduler) await this.#heard(event);
  }

  async #heard(event: SchedulerEvent): Promise<void> {
    const { events, logger } = this.#options;
    switch (event.type) {
      case "SUBSCRIBED":
        return events.subscribed(event.framework_id.value, addressOf(event.master_info));
      case "DISCONNECTED":
        logger.warn(
          { error: describeError(event.error), retryMs: event.retry_in_ms },
          "not connected to the master",
        );
        return events.disconnected();
      case "OFFERS":
        return events.offers(event.offers ?? []);
      case "RESCIND":
        return events.rescinded(event.offer_id.value);
      case "UPDATE":
        this.#updated(event.status);
        return;
      case "MESSAGE":
        return events.message(event.data);
      case "FAILURE":
        if (event.agent_id !== undefined && event.executor_id === undefined) {
          return events.agentLost(event.agent_id.value);
        }
        return;
      default:
        return;
    }
  }

  /** Not waited for: updates share a write, and each is acknowledged when its own is durable. */
  #updated(status: TaskStatus): void {
    this.#options.events
      .updated(taskReportOf(status))
      .then(() => (status.uuid === undefined ? undefined : this.#scheduler.acknowledge(status)))
      .catch((error: unknown) => {
        this.#options.logger.info(
          { taskId: status.task_id.value, error: describeError(error) },
          "an update was not acknowledged; it will come again",
        );
      });
  }

  async #send(effect: FrameworkEffect): Promise<void> {
    switch (effect.kind) {
      case "launch": {
        const task_infos = this.#options.taskInfos(effect.taskIds);
        const offerIds = effect.offerIds.map((value) => ({ value }));
        return this.#scheduler.accept(offerIds, [{ type: "LAUNCH", launch: { task_infos } }], {
          refuse_seconds: 0,
        });
      }
      case "decline":
        return this.#scheduler.decline(
          effect.offerIds.map((value) => ({ value })),
          { refuse_seconds: effect.refuseMs / 1000 },
        );
      case "wantOffers":
        return effect.wanted ? this.#scheduler.revive() : this.#scheduler.suppress();
      case "kill":
        return this.#scheduler.kill(
          { value: effect.taskId },
          {
            agentId: { value: effect.agentId },
            ...(effect.gracePeriodMs === undefined
              ? {}
              : {
                  killPolicy: {
                    grace_period: { nanoseconds: effect.gracePeriodMs * 1_000_000 },
                  },
                }),
          },
        );
      case "reconcile":
        return this.#reconcile(effect.tasks);
    }
  }

  async #reconcile(tasks: Extract<FrameworkEffect, { kind: "reconcile" }>["tasks"]): Promise<void> {
    if (tasks.length === 0) return this.#scheduler.reconcile([]);
    for (let first = 0; first < tasks.length; first += reconciledAtOnce) {
      await this.#scheduler.reconcile(
        tasks.slice(first, first + reconciledAtOnce).map(({ taskId, agentId }) => ({
          task_id: { value: taskId },
          agent_id: { value: agentId },
        })),
      );
    }
  }
}

/** The master has not got the call, for certain: what is not coded went wrong before it was sent. */
function isRefusal(error: unknown): boolean {
  return !(error instanceof CodedError) || error.code === "CALL_REFUSED";
}

/** host:port, where the master says so. */
function addressOf(master: MasterInfo | undefined): string | undefined {
  const host = master?.hostname ?? master?.address?.hostname ?? master?.address?.ip;
  return host === undefined ? undefined : `${host}:${master?.address?.port ?? master?.port}`;
}
