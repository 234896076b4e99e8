/**
 * This master among the others: it stands for election and hears who leads.
 *
 * Owns one candidacy, which ends with its session; whoever wants to stand again opens another store.
 */

import {
  type Candidacy,
  type Coordination,
  contend,
  detect,
  masterLabel,
  type StorePath,
  type Watch,
} from "@tavola/coordination";
import type { Logger } from "@tavola/host";
import type { MasterInfo } from "@tavola/protocol";

import { decodeMasterInfo, encodeMasterInfo } from "./master-info.ts";

export interface ElectionOptions {
  readonly store: Coordination;
  /** Where masters stand: the path of `--zk`. */
  readonly group: StorePath;
  readonly info: MasterInfo;
  readonly logger: Logger;
  /** Every change of who else leads; undefined: nobody does, or nobody knows. */
  readonly onLeader: (leader: MasterInfo | undefined) => void;
}

export class Election {
  readonly store: Coordination;
  readonly #candidacy: Candidacy;
  readonly #watch: Watch;
  #isLost = false;

  constructor(options: ElectionOptions) {
    const { store, group, info, onLeader, logger } = options;
    this.store = store;
    this.#candidacy = contend(store, group, masterLabel, encodeMasterInfo(info));
    void this.#candidacy.lost.then(() => {
      this.#isLost = true;
    });
    this.#watch = detect(store, group, masterLabel, (bytes) => {
      const leader = bytes === undefined ? undefined : decodeMasterInfo(bytes);
      if (leader?.error !== undefined) {
        logger.warn(
          { store: store.description, group, reason: leader.error },
          `the eldest ${masterLabel}… node is no master's; no master leads until it is removed`,
        );
      }
      // Our own node before we know, or that of a former life at this address: nobody to send anyone to.
      onLeader(leader?.value?.pid === info.pid ? undefined : leader?.value);
    });
  }

  get elected(): Promise<void> {
    return this.#candidacy.elected;
  }

  /** Resolves with a sentence. */
  get lost(): Promise<string> {
    return this.#candidacy.lost;
  }

  /** Once elected: whether nobody else can have been elected since. */
  mayLead(): boolean {
    return !this.#isLost && this.store.session.isAlive();
  }

  /** Leaves, so that the next may lead at once. */
  async close(): Promise<void> {
    this.#watch.close();
    void this.#candidacy.withdraw();
    await this.store.close();
  }
}
