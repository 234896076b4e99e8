/**
 * Asks every agent now and then what it and its tasks use, a few at a time.
 *
 * Nobody waits for an agent that does not answer. It is passed over in the next round, then in three,
 * then in seven, so that a part of the cluster that is away costs little.
 */

import type { Instant } from "@tavola/base";
import type { Clock, Logger, Timer } from "@tavola/host";
import type { AgentAddress, Fetched } from "../api/task-files.ts";
import { isInactive } from "../core/machines/machine-state.ts";
import type { MesosTaskStatisticsObject } from "../core/model/answers.ts";
import type { SchedulerState } from "../core/state.ts";
import type { AgentSample } from "../core/usage/agent-sample.ts";

const limits = {
  /** Agents that are being asked at the same time. */
  agentsAtOnceMax: 8,
  /** The first round: soon, but not in the rush of starting. */
  firstMs: 5_000,
  /** Of an agent that does not answer. */
  roundsPassedOverMax: 15,
} as const;

interface Silence {
  /** How many rounds it was passed over since it last did not answer, and is to be. */
  passedOver: number;
  readonly toPassOver: number;
}

/** What agents are asked; `framework/agent-http.ts` is one. */
export interface AgentMeasures {
  metrics(agent: AgentAddress): Promise<Fetched<Readonly<Record<string, number>>>>;
  allStatistics(
    agent: AgentAddress,
  ): Promise<Fetched<ReadonlyMap<string, MesosTaskStatisticsObject>>>;
}

export interface UsagePollerOptions {
  readonly state: SchedulerState;
  readonly everyMs: number;
  readonly addressOf: (agentId: string) => AgentAddress | undefined;
  readonly agents: AgentMeasures;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onSample: (sample: AgentSample) => void;
  /** Every agent has been asked. */
  readonly onRound: () => void;
}

export class UsagePoller {
  readonly #options: UsagePollerOptions;
  #timer: Timer | undefined;
  #isClosed = false;
  readonly #silences = new Map<string, Silence>();

  constructor(options: UsagePollerOptions) {
    this.#options = options;
    this.#timer = options.clock.after(Math.min(limits.firstMs, options.everyMs), () =>
      this.#start(),
    );
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  #start(): void {
    const beganAt = this.#options.clock.now();
    // What an agent does wrong is a `problem`; what is thrown is a bug of ours.
    void this.#round().then(() => this.#planNext(beganAt));
  }

  #planNext(beganAt: Instant): void {
    if (this.#isClosed) return;
    this.#options.onRound();
    const { clock, everyMs } = this.#options;
    const inMs = Math.max(everyMs / 10, beganAt + everyMs - clock.now());
    this.#timer = clock.after(inMs, () => this.#start());
  }

  async #round(): Promise<void> {
    const { agent: agents } = this.#options.state.records;
    for (const id of this.#silences.keys()) if (!agents.has(id)) this.#silences.delete(id);
    const agentIds = [...agents.values()]
      .filter(({ currentState }) => !isInactive(currentState.state))
      .map(({ id }) => id)
      .filter((id) => this.#isToBeAsked(id));
    const next = agentIds.values();
    const worker = async (): Promise<void> => {
      for (const agentId of next) {
        if (this.#isClosed) return;
        await this.#ask(agentId);
      }
    };
    await Promise.all(Array.from({ length: limits.agentsAtOnceMax }, worker));
  }

  #isToBeAsked(agentId: string): boolean {
    const silence = this.#silences.get(agentId);
    if (silence === undefined || silence.passedOver >= silence.toPassOver) return true;
    silence.passedOver += 1;
    return false;
  }

  #wasSilent(agentId: string): void {
    const before = this.#silences.get(agentId)?.toPassOver ?? 0;
    const toPassOver = Math.min(2 * before + 1, limits.roundsPassedOverMax);
    this.#silences.set(agentId, { passedOver: 0, toPassOver });
  }

  async #ask(agentId: string): Promise<void> {
    const { addressOf, clock, logger, onSample } = this.#options;
    const address = addressOf(agentId);
    if (address === undefined) return;
    const measured = await this.#measure(address);
    if (this.#isClosed) return;
    if (measured.problem !== undefined) {
      this.#wasSilent(agentId);
      const { message } = measured;
      logger.debug({ agentId, message }, "an agent does not say what it uses");
      return;
    }
    this.#silences.delete(agentId);
    onSample({ agentId, at: clock.now(), ...measured.value });
  }

  /** One that does not answer is not asked for the rest. */
  async #measure(address: AgentAddress): Promise<Fetched<Omit<AgentSample, "agentId" | "at">>> {
    const { agents } = this.#options;
    const metrics = await agents.metrics(address);
    if (metrics.problem !== undefined) return metrics;
    const tasks = await agents.allStatistics(address);
    if (tasks.problem !== undefined) return tasks;
    return { value: { metrics: metrics.value, tasks: tasks.value } };
  }
}
