/**
 * The log level, raised for a while: SET_LOGGING_LEVEL and `/logging/toggle`.
 *
 * Levels are glog's verbosity: 0 is how the daemon was started, 1 and above show debugging lines.
 * After the asked duration the level falls back by itself.
 */

import type { Clock, Timer } from "./clock.ts";
import { parseDuration } from "./duration-text.ts";
import type { HttpRequest, HttpResponse } from "./http.ts";
import { textResponse } from "./http-router.ts";
import type { Logger, LogLevel } from "./logger.ts";

const levelMax = 2 ** 31 - 1;

/** Without a level that can be set, the logger's stays; what was asked is remembered all the same. */
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
    if (level > 0) this.#revert = this.#clock.after(durationMs, () => this.#apply(0));
  }

  close(): void {
    this.#revert?.cancel();
  }

  #apply(level: number): void {
    this.#level = level;
    const wanted = level > 0 ? "debug" : this.#original;
    if (wanted !== undefined) this.#logger.level = wanted;
    this.#logger.info({ verbosity: level }, "logging verbosity set");
  }
}

/** `/logging/toggle`; any method will do, as in Mesos. Texts are libprocess's. */
export function toggleLogging(logging: LoggingLevel, { query }: HttpRequest): HttpResponse {
  const level = query.get("level");
  const duration = query.get("duration");
  if (level === null && duration === null) return textResponse(200, `${logging.level}\n`);
  if (duration === null) return textResponse(400, "Expecting 'duration=value' in query.\n");
  if (level === null) return textResponse(400, "Expecting 'level=value' in query.\n");
  if (!/^[+-]?\d+$/.test(level) || Math.abs(Number(level)) > levelMax) {
    return textResponse(400, `Failed to convert '${level}' to number.\n`);
  }
  if (Number(level) < 0) return textResponse(400, `Invalid level '${Number(level)}'.\n`);
  const parsed = parseDuration(duration);
  if (parsed.error !== undefined) return textResponse(400, `${parsed.error}.\n`);
  logging.set(Number(level), parsed.value);
  return { status: 200 };
}
