/**
 * Which of several schedulers leads: the one that has stood for election longest.
 *
 * A follower knows the leader's address, to pass calls on to it. One whose session with the store
 * ends while it follows stands again with a new one; one that leads must end, because another may
 * lead already.
 */

import { CodedError, describeError } from "@tavola/base";
import {
  type Candidacy,
  type Coordination,
  contend,
  detect,
  type Watch,
} from "@tavola/coordination";
import type { Clock, Logger } from "@tavola/host";

const limits = {
  /** Between two candidacies. */
  standAgainMs: 1000,
} as const;

/** What candidates are called in their group; what each brings is its URL. */
export const schedulerLabel = "candidate_";

/** The group that schedulers join which keep their records below `path`. */
export function schedulerGroup(path: string): string {
  return `${path === "/" ? "" : path}/candidates`;
}

export interface LeadershipOptions {
  readonly openStore: () => Coordination | Promise<Coordination>;
  /** The group that candidates join. */
  readonly group: string;
  /** Where this scheduler is reached, context path included. */
  readonly url: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** It leads from now on, with this store. Rejecting ends the leadership. */
  readonly lead: (store: Coordination) => Promise<void>;
  /** It led, and must not go on. */
  readonly lost: (reason: string) => void;
}

export class Leadership {
  readonly #options: LeadershipOptions;
  #store: Coordination | undefined;
  #candidacy: Candidacy | undefined;
  #detection: Watch | undefined;
  #leaderUrl: string | undefined;
  #isLeading = false;
  /** Why the store could not be opened when it was last tried. */
  #unreachable: string | undefined;
  #isClosed = false;

  constructor(options: LeadershipOptions) {
    this.#options = options;
  }

  /** Asked before every turn: a store that does not answer may have let another lead. */
  mayAct(): boolean {
    return this.#isLeading && this.#candidacy?.isLeading() === true;
  }

  /** undefined: nobody leads, as far as known. */
  get leaderUrl(): string | undefined {
    return this.#isLeading ? this.#options.url : this.#leaderUrl;
  }

  get isLeading(): boolean {
    return this.#isLeading;
  }

  /** Why the store cannot be used just now, so that nobody can be known to lead; undefined: it can. */
  get trouble(): string | undefined {
    const ofSession = this.#store?.session.trouble;
    return ofSession === undefined ? this.#unreachable : describeError(ofSession);
  }

  /** Stands until it leads, and for as long as it does. Resolves when it is closed or has led. */
  async stand(): Promise<void> {
    while (!this.#isClosed) {
      try {
        const outcome = await this.#standOnce();
        if (outcome === "led") return;
      } catch (error) {
        if (!(error instanceof CodedError) || !error.transient) {
          this.#options.lost(describeError(error));
          return;
        }
        this.#unreachable = describeError(error);
        this.#options.logger.warn({ error: this.#unreachable }, "the store cannot be reached");
      }
      await this.#dropStore();
      await this.#pause();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#isLeading = false;
    this.#detection?.close();
    await this.#candidacy?.withdraw().catch(() => undefined);
    await this.#dropStore();
  }

  async #standOnce(): Promise<"led" | "again"> {
    const { group, url, logger } = this.#options;
    const store = await this.#options.openStore();
    this.#store = store;
    this.#unreachable = undefined;
    if (this.#isClosed) {
      await this.#dropStore();
      return "led";
    }
    this.#detection = detect(store, group, schedulerLabel, (leader) => {
      this.#leaderUrl = leader === undefined ? undefined : Buffer.from(leader).toString();
    });
    const candidacy = contend(store, group, schedulerLabel, Buffer.from(url));
    this.#candidacy = candidacy;
    const elected = candidacy.elected.then(() => "elected" as const);
    const first = await Promise.race([elected, candidacy.lost.then((reason) => ({ reason }))]);
    if (first !== "elected") {
      if (!this.#isClosed) logger.info({ reason: first.reason }, "standing for election again");
      return "again";
    }
    if (this.#isClosed) return "led";
    await this.#lead(store, candidacy);
    return "led";
  }

  async #lead(store: Coordination, candidacy: Candidacy): Promise<void> {
    const { lead, lost, logger } = this.#options;
    logger.info({ url: this.#options.url }, "elected as the leading scheduler");
    this.#isLeading = true;
    await lead(store);
    const reason = await candidacy.lost;
    const { trouble } = this;
    this.#isLeading = false;
    if (!this.#isClosed) lost(trouble === undefined ? reason : `${reason} (${trouble})`);
  }

  async #dropStore(): Promise<void> {
    this.#detection?.close();
    this.#leaderUrl = undefined;
    const store = this.#store;
    this.#store = undefined;
    await store?.close().catch(() => undefined);
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#options.clock.after(limits.standAgainMs, resolve);
    });
  }
}
