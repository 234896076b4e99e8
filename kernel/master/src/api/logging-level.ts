/**
 * The log level, raised for a while: SET_LOGGING_LEVEL and `/logging/toggle`.
 *
 * Levels are glog's verbosity: 0 is how the master was started, 1 and above show debugging lines.
 * After the asked duration the level falls back by itself.
 */

import type { Clock, Logger, LogLevel, Timer } from "@tavola/host";

export class LoggingLevel {
  readonly #logger: Logger & { level?: LogLevel };
  readonly #clock: Clock;
  readonly #original: LogLevel | undefined;
  #level = 0;
  #revert: Timer | undefined;

  constructor(logger: Logger & { level?: LogLevel }, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
    this.#original = logger.level;
  }

  /** Verbosity, 0 and up. */
  get level(): number {
    return this.#level;
  }

  /** `level` is 0 or more; 0 ends what an earlier call began. */
  set(level: number, durationMs: number): void {
    this.#revert?.cancel();
    this.#revert = undefined;
    this.#apply(level);
    if (level === 0) return;
    this.#revert = this.#clock.after(durationMs, () => this.#apply(0));
  }

  close(): void {
    this.#revert?.cancel();
  }

  #apply(level: number): void {
    this.#level = level;
    const wanted = level > 0 ? "debug" : this.#original;
    if (wanted !== undefined) this.#logger.level = wanted;
    this.#logger.info({ level }, "logging verbosity set");
  }
}
