/**
 * A standby's copy of the registry: read once, then kept near to what the leader writes, so that whoever
 * is elected has to read the newest batches only.
 *
 * It asks for the head once a second, whatever the leader writes meanwhile, and reads what is new then; an
 * idle cluster costs that one question. Read-only and of no consequence: the copy is brought to the head
 * once the registry is fenced, or thrown away and all of it read (`registry-copy.ts`). So whatever goes
 * wrong here is said once and tried again more and more seldom; the election judges it anew.
 */

import { CodedError, describeError } from "@tavola/base";
import type { Clock, Logger, Timer } from "@tavola/host";
import { bringTo, isDamage, type RegistryCopy } from "./registry-copy.ts";
import { type RegistryPlace, readHead } from "./registry-reader.ts";

const everyMs = 1000;
/** After failures, the pause doubles up to this: each may have cost a whole registry. */
const everyMsMax = 60_000;

export interface RegistryFollowerOptions {
  readonly place: RegistryPlace;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of a bug of ours; must end the process. */
  readonly crash: (error: unknown) => void;
}

export class RegistryFollower {
  readonly #options: RegistryFollowerOptions;
  #copy: RegistryCopy | undefined;
  #timer: Timer | undefined;
  #looking: Promise<void>;
  #failures = 0;
  /** Told, and not over yet. */
  #trouble: string | undefined;
  #isClosed = false;

  constructor(options: RegistryFollowerOptions) {
    this.#options = options;
    this.#looking = this.#look();
  }

  /** Looks no more. Resolves with what there is, when what is being read was read. */
  async close(): Promise<RegistryCopy | undefined> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#looking;
    return this.#copy;
  }

  async #look(): Promise<void> {
    try {
      await this.#readOn();
      this.#followed();
    } catch (error) {
      if (!(error instanceof CodedError)) {
        this.#options.crash(error);
        return;
      }
      this.#failed(error);
    }
    if (this.#isClosed || this.#options.place.store.session.state === "expired") return;
    const pauseMs = Math.min(everyMs * 2 ** this.#failures, everyMsMax);
    this.#timer = this.#options.clock.after(pauseMs, () => {
      this.#looking = this.#look();
    });
  }

  async #readOn(): Promise<void> {
    const { place } = this.#options;
    const found = await readHead(place);
    if (found === undefined) this.#copy = undefined;
    else if (this.#copy?.isAt(found.head) !== true) {
      this.#copy = await bringTo(place, found.head, this.#copy);
    }
  }

  #followed(): void {
    this.#failures = 0;
    if (this.#trouble === undefined) return;
    this.#trouble = undefined;
    this.#options.logger.info({}, "follows the registry again");
  }

  /** The copy outlives a store that does not answer, and nothing else. */
  #failed(error: CodedError): void {
    if (error.code !== "UNAVAILABLE") this.#copy = undefined;
    this.#failures = Math.min(this.#failures + 1, 10);
    // A leader that compacts may have removed what was just to be read; twice in a row is no chance.
    if (this.#isClosed || (isDamage(error) && this.#failures === 1)) return;
    if (this.#trouble === error.code) return;
    this.#trouble = error.code;
    this.#options.logger.warn(
      { reason: describeError(error) },
      "cannot follow the registry while standing by; should this master be elected, it reads all of it then",
    );
  }
}
