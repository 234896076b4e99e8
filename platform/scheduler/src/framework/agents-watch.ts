/**
 * Looks at the master's list of agents now and then: what each has altogether, and who is no more.
 *
 * Offers tell of an agent only while something of it is free; the list tells of all.
 */

import { CodedError, describeError } from "@tavola/base";
import type { Clock, Logger, Timer } from "@tavola/host";
import { type ClientWorld, createOperatorClient, type OperatorClient } from "@tavola/sdk";
import type { ListedAgent } from "../core/machines/agents-listed.ts";

const limits = {
  firstMs: 1_000,
  everyMs: 60_000,
} as const;

export interface AgentsWatchOptions {
  readonly masters: string;
  readonly leading: {
    agentsListed(agents: readonly ListedAgent[], isStartup: boolean): Promise<void>;
  };
  readonly clock: Clock;
  readonly logger: Logger;
  readonly world?: ClientWorld;
}

export class AgentsWatch {
  readonly #options: AgentsWatchOptions;
  readonly #operator: OperatorClient;
  #timer: Timer;
  #isFirst = true;
  #isClosed = false;

  constructor(options: AgentsWatchOptions) {
    this.#options = options;
    this.#operator = createOperatorClient({
      masters: options.masters,
      ...(options.world === undefined ? {} : { world: options.world }),
    });
    this.#timer = options.clock.after(limits.firstMs, () => this.#look());
  }

  close(): void {
    this.#isClosed = true;
    this.#timer.cancel();
    void this.#operator.close();
  }

  #look(): void {
    const { clock, logger } = this.#options;
    this.#ask()
      .catch((error: unknown) => {
        if (!(error instanceof CodedError)) throw error;
        if (!this.#isClosed) logger.info({ error: describeError(error) }, "agents were not listed");
      })
      .finally(() => {
        if (!this.#isClosed) this.#timer = clock.after(limits.everyMs, () => this.#look());
      });
  }

  async #ask(): Promise<void> {
    const { agents = [] } = await this.#operator.call("GET_AGENTS");
    if (this.#isClosed) return;
    const listed = agents
      .filter(({ active }) => active !== false)
      .map(
        ({ agent_info, total_resources }): ListedAgent => ({
          agentId: agent_info.id?.value ?? "",
          hostname: agent_info.hostname,
          attributes: agent_info.attributes ?? [],
          resources: total_resources ?? agent_info.resources ?? [],
          ...(agent_info.port === undefined ? {} : { port: agent_info.port }),
        }),
      );
    await this.#options.leading.agentsListed(listed, this.#isFirst);
    this.#isFirst = false;
  }
}
