/**
 * The operator: gives up agents and ends frameworks, through the sdk's client of the operator API.
 *
 * Wants what he wants until it is so. What ended he looks after from then on: a master forgets which
 * frameworks were torn down, and one that takes over may learn of such a framework from an agent that was
 * away at the time.
 */

import { CodedError } from "@tavola/base";
import { silentLogger } from "@tavola/host";
import { createOperatorClient, type OperatorClient } from "@tavola/sdk";
import type { Network } from "../world/network.ts";
import { SimulatedProcess } from "../world/process.ts";
import { httpClientOf } from "../world/simulated-http.ts";
import { Violation } from "../world/world.ts";
import type { AgentHost } from "./agent-host.ts";
import type { Ledger } from "./ledger.ts";

const againMs = 2000;
const lookAfterMs = 10_000;
/** Of the agents that are given up so many in a hundred are never replaced; one at least is left. */
const retiredPercent = 25;

export interface OperatorParts {
  readonly network: Network;
  readonly ledger: Ledger;
  readonly masters: readonly string[];
}

export class Operator {
  readonly #parts: OperatorParts;
  #process: SimulatedProcess | undefined;
  #client: OperatorClient | undefined;
  #agents: readonly AgentHost[] = [];

  constructor(parts: OperatorParts) {
    this.#parts = parts;
  }

  looksAfter(agents: readonly AgentHost[]): void {
    this.#agents = agents;
  }

  /** From `afterMs` on, and again whenever a master knows it. */
  tearDown(frameworkId: string, afterMs = 0): void {
    this.#after(afterMs, () => {
      this.#ask((client) => client.call("TEARDOWN", { framework_id: { value: frameworkId } })).then(
        () => this.tearDown(frameworkId, lookAfterMs),
        (error: unknown) => {
          const isUnknown = statusOf(error) === 400;
          this.tearDown(frameworkId, isUnknown ? lookAfterMs : againMs);
        },
      );
    });
  }

  /** Says so until the master has it; then the machine is taken away, or set up anew. */
  markGone(host: AgentHost): void {
    const agentId = host.givesUp();
    this.#parts.ledger.goneAgents.add(agentId);
    this.#parts.network.world.note(`${host.host} is to be gone: agent ${agentId}`);
    this.#markGone(host, agentId);
  }

  #markGone(host: AgentHost, agentId: string): void {
    const { ledger, network } = this.#parts;
    const { world } = network;
    this.#ask((client) => client.call("MARK_AGENT_GONE", { agent_id: { value: agentId } })).then(
      () => {
        world.note(`agent ${agentId} is marked gone`);
        ledger.markedGone.add(agentId);
        host.givenUp(this.#isRetired());
      },
      (error: unknown) => {
        if (statusOf(error) !== 404) this.#after(againMs, () => this.#markGone(host, agentId));
        else world.fail(new Violation("gone-agents", `nobody knows agent ${agentId}`));
      },
    );
  }

  #isRetired(): boolean {
    const left = this.#agents.filter(({ supervisor }) => !supervisor.isRetired).length;
    return left > 1 && this.#parts.network.world.dice("operator").next() * 100 < retiredPercent;
  }

  #ask<T>(call: (client: OperatorClient) => Promise<T>): Promise<T> {
    const { network, masters } = this.#parts;
    const process = this.#self();
    this.#client ??= createOperatorClient({
      masters,
      world: {
        clock: process.clock,
        random: process.random,
        http: httpClientOf(network, process),
        logger: silentLogger,
      },
    });
    return call(this.#client);
  }

  #after(delayMs: number, run: () => void): void {
    this.#self().clock.after(delayMs, run);
  }

  #self(): SimulatedProcess {
    const hostClock = { offsetMs: 0, rate: 1 };
    const { world } = this.#parts.network;
    this.#process ??= new SimulatedProcess(world, "operator at work", "10.0.3.2", hostClock);
    return this.#process;
  }
}

function statusOf(error: unknown): unknown {
  return error instanceof CodedError ? error.details["status"] : undefined;
}
