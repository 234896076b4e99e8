/**
 * What somebody else knows, asked when it is wanted and kept for a while.
 *
 * Who wants it waits for a new answer, but not for long where there is an old one; what could not be
 * asked is not asked again at once.
 */

import { CodedError, describeError, type Instant, instant } from "@tavola/base";
import type { Clock, Logger } from "@tavola/host";

const limits = {
  /** For the first answer of all; resolvers ask again after 5 s. */
  firstMsMax: 4_000,
  /** For a new one, while there is an old one. */
  nextMsMax: 500,
  retryMs: 1_000,
} as const;

export interface KeptAnswerOptions<T> {
  /** For people, such as "agents". */
  readonly what: string;
  readonly ask: () => Promise<T>;
  /** So long it is not asked again. */
  readonly freshMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class KeptAnswer<T> {
  readonly #options: KeptAnswerOptions<T>;
  #known: { readonly value: T } | undefined;
  #nextAt: Instant | undefined;
  #asking: Promise<void> | undefined;
  #trouble: string | undefined;

  constructor(options: KeptAnswerOptions<T>) {
    this.#options = options;
  }

  /** Rejects with a CodedError UNAVAILABLE, transient, when it was never answered. */
  async get(): Promise<T> {
    const { clock, what } = this.#options;
    if (this.#nextAt === undefined || clock.now() >= this.#nextAt) this.#asking ??= this.#ask();
    if (this.#asking !== undefined) await this.#answered(this.#asking);
    if (this.#known !== undefined) return this.#known.value;
    const why = this.#trouble ?? "they have not answered yet";
    const text = `the cluster's ${what} are not known: ${why}`;
    throw new CodedError("UNAVAILABLE", text, {}, { transient: true });
  }

  async #answered(asking: Promise<void>): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const withinMs = this.#known === undefined ? limits.firstMsMax : limits.nextMsMax;
    const timer = this.#options.clock.after(withinMs, resolve);
    await Promise.race([asking, late]);
    timer.cancel();
  }

  async #ask(): Promise<void> {
    const { ask, clock, freshMs, logger, what } = this.#options;
    let isKnown = false;
    try {
      this.#known = { value: await ask() };
      this.#trouble = undefined;
      isKnown = true;
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      const trouble = describeError(error);
      if (this.#trouble !== trouble) logger.warn({ what, error: trouble }, "masters did not say");
      this.#trouble = trouble;
    } finally {
      this.#nextAt = instant(clock.now() + (isKnown ? freshMs : limits.retryMs));
      this.#asking = undefined;
    }
  }
}
