/**
 * The output of every instance of a run, each read from its agent; one client per agent.
 */

import { type AgentClient, createAgentClient } from "@tavola/sdk";
import type { Terminal } from "../terminal.ts";
import type { RunInstance } from "./run-instance.ts";
import { showTaskOutput } from "./task-output.ts";

export interface InstanceOutputsOptions {
  readonly terminal: Terminal;
  /** The instance has ended and all that it printed is written. */
  readonly shown: (instance: RunInstance) => void;
  /** Nobody reads our output any more. */
  readonly readerGone: () => void;
}

export class InstanceOutputs {
  readonly #options: InstanceOutputsOptions;
  readonly #agents = new Map<string, AgentClient>();

  constructor(options: InstanceOutputsOptions) {
    this.#options = options;
  }

  /** Begins to show it. Once per instance. */
  show(instance: RunInstance, frameworkId: string): void {
    const { terminal, shown, readerGone } = this.#options;
    instance.isOutputFollowed = true;
    const showing = showTaskOutput({
      agent: this.#agentAt(instance.agentAddress ?? ""),
      frameworkId,
      executorId: instance.taskId,
      terminal,
      prefix: instance.prefix,
      ended: instance.ended,
    });
    void showing.catch(readerGone).then(() => {
      // Its agent may have stopped answering before the task ended.
      if (instance.ended.aborted) shown(instance);
      else instance.ended.addEventListener("abort", () => shown(instance), { once: true });
    });
  }

  async close(): Promise<void> {
    for (const agent of this.#agents.values()) await agent.close();
  }

  #agentAt(address: string): AgentClient {
    const known = this.#agents.get(address);
    if (known !== undefined) return known;
    const agent = createAgentClient({ agent: address });
    this.#agents.set(address, agent);
    return agent;
  }
}
