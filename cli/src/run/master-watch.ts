/**
 * What is told, and done, while the master is away: said once, and given up after a while.
 */

import type { CodedError } from "@tavola/base";
import { explainMasterError } from "../master-address.ts";
import type { Terminal } from "../terminal.ts";

/** Without a master, before a run gives up: the cluster has long ended its tasks by then. */
const awayMsMax = 30_000;
/** An absence shorter than this is not worth a line. */
const toldAfterMs = 1000;

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
  /** Set while it is away. */
  #givingUp: NodeJS.Timeout | undefined;
  #telling: NodeJS.Timeout | undefined;
  #isTold = false;
  #wasThere = false;

  constructor(options: MasterWatchOptions) {
    this.#options = options;
  }

  /** Whether it has answered at all. */
  get wasThere(): boolean {
    return this.#wasThere;
  }

  subscribed(): void {
    if (this.#isTold) this.#tell("back with the master");
    this.#isTold = false;
    this.close();
    this.#wasThere = true;
  }

  /** Throws what is to be told when nobody has ever answered. `matters`: something still runs there. */
  disconnected(error: CodedError, matters: boolean): void {
    const reason = explainMasterError(this.#options.masters, error);
    if (!this.#wasThere && reason !== error) throw reason;
    if (this.#givingUp !== undefined) return;
    this.#givingUp = setTimeout(() => this.#options.giveUp(reason), awayMsMax);
    if (!matters) return;
    this.#telling = setTimeout(() => {
      this.#isTold = true;
      this.#tell(`lost the master, trying again: ${error.message}`);
    }, toldAfterMs);
  }

  close(): void {
    clearTimeout(this.#givingUp);
    clearTimeout(this.#telling);
    this.#givingUp = undefined;
  }

  #tell(text: string): void {
    this.#options.terminal.tell(`${this.#options.name}: ${text}\n`);
  }
}
