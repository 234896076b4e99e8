/**
 * What is told, and done, while the master is away: said once, and given up after a while.
 */

import type { CodedError } from "@tavola/base";
import { explainMasterError } from "../master-address.ts";
import type { Terminal } from "../terminal.ts";

/** Without a master, before a run gives up: the cluster has long ended its tasks by then. */
const awayMsMax = 30_000;

export interface MasterWatchOptions {
  /** Of the run. */
  readonly name: string;
  readonly masters: string;
  readonly terminal: Terminal;
  /** It has been away for too long; `reason` is how to tell. */
  readonly giveUp: (reason: unknown) => void;
}

export class MasterWatch {
  readonly #options: MasterWatchOptions;
  #away: NodeJS.Timeout | undefined;
  #wasThere = false;

  constructor(options: MasterWatchOptions) {
    this.#options = options;
  }

  /** Whether it has answered at all. */
  get wasThere(): boolean {
    return this.#wasThere;
  }

  subscribed(): void {
    if (this.#away !== undefined) this.#tell("back with the master");
    this.close();
    this.#wasThere = true;
  }

  /** Throws what is to be told when nobody has ever answered. `matters`: something still runs there. */
  disconnected(error: CodedError, matters: boolean): void {
    const reason = explainMasterError(this.#options.masters, error);
    if (!this.#wasThere && reason !== error) throw reason;
    if (this.#away !== undefined) return;
    if (matters) this.#tell(`lost the master, trying again: ${error.message}`);
    this.#away = setTimeout(() => this.#options.giveUp(reason), awayMsMax);
  }

  close(): void {
    clearTimeout(this.#away);
    this.#away = undefined;
  }

  #tell(text: string): void {
    this.#options.terminal.tell(`${this.#options.name}: ${text}\n`);
  }
}
