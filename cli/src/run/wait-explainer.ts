/**
 * Says, after a moment and again when it changes, why a run is still waiting for offers.
 */

import { CodedError } from "@tavola/base";
import { createOperatorClient } from "@tavola/sdk";
import type { Terminal } from "../terminal.ts";
import { explainWait } from "./placement.ts";
import type { RunRequest } from "./run-request.ts";

/** Before it says why, and between two looks at whether that is still so. */
const pauseMs = 2000;

export interface WaitExplainerOptions {
  readonly request: RunRequest;
  readonly masters: string;
  readonly terminal: Terminal;
  /** How many instances wait now. */
  readonly waiting: () => number;
}

export class WaitExplainer {
  readonly #options: WaitExplainerOptions;
  #timer: NodeJS.Timeout | undefined;
  #told = "";
  #isClosed = false;

  constructor(options: WaitExplainerOptions) {
    this.#options = options;
  }

  /** Idempotent. Stops by itself when nothing waits. */
  start(): void {
    if (this.#isClosed || this.#timer !== undefined || this.#options.waiting() === 0) return;
    this.#timer = setTimeout(() => void this.#look(), pauseMs);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    const { waiting } = this.#options;
    if (waiting() > 0) await this.#explain();
    this.#timer = undefined;
    this.start();
  }

  async #explain(): Promise<void> {
    const { request, masters, terminal, waiting } = this.#options;
    const operator = createOperatorClient({ masters });
    try {
      const { agents = [] } = await operator.call("GET_AGENTS");
      const count = `${waiting()} of ${request.instances} instances: `;
      const text = (request.instances === 1 ? "" : count) + explainWait(request.demand, agents);
      if (this.#isClosed || this.#told === text || waiting() === 0) return;
      this.#told = text;
      terminal.tell(`${request.name} waits: ${text}\n`);
    } catch (error) {
      // The run itself tells when the master is away; this was only to explain.
      if (!(error instanceof CodedError)) throw error;
    } finally {
      await operator.close();
    }
  }
}
