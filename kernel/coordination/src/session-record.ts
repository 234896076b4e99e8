/**
 * What a backend knows of its session: the state, when the store last answered, and who listens.
 *
 *     suspended ──answered()──► connected ──suspended()──► suspended
 *         └──────────ended()────────┴────────► expired (for good)
 *
 * Every backend keeps one and moves it; it never asks the store itself.
 */

import type { CodedError, Instant } from "@tavola/base";
import type { Clock } from "@tavola/host";
import type { Session, SessionState, Watch } from "./coordination.ts";

export class SessionRecord implements Session {
  readonly #clock: Clock;
  readonly #watchers = new Set<(state: SessionState) => void>();
  #timeoutMs: number;
  #state: SessionState = "suspended";
  #trouble: CodedError | undefined;
  /** When the latest question that got an answer was asked. */
  #askedAt: Instant | undefined;

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  get state(): SessionState {
    return this.#state;
  }

  get timeoutMs(): number {
    return this.#timeoutMs;
  }

  get trouble(): CodedError | undefined {
    return this.#trouble;
  }

  isAlive(): boolean {
    return (
      this.#state !== "expired" &&
      this.#askedAt !== undefined &&
      this.#clock.now() - this.#askedAt < this.#timeoutMs
    );
  }

  watch(onChange: (state: SessionState) => void): Watch {
    const watcher = (state: SessionState): void => onChange(state);
    this.#watchers.add(watcher);
    return {
      close: () => {
        this.#watchers.delete(watcher);
      },
    };
  }

  /** What the store agreed to, which may differ from what was asked for. */
  agreed(timeoutMs: number): void {
    this.#timeoutMs = timeoutMs;
  }

  /** The store answered, as the holder of this session, what was asked of it at `askedAt`. */
  answered(askedAt: Instant): void {
    if (this.#state === "expired") return;
    if (this.#askedAt === undefined || askedAt > this.#askedAt) this.#askedAt = askedAt;
    this.#trouble = undefined;
    this.#move("connected");
  }

  /** The store does not answer. `trouble`: why, as far as known. */
  suspended(trouble?: CodedError): void {
    if (this.#state === "expired") return;
    if (trouble !== undefined) this.#trouble = trouble;
    this.#move("suspended");
  }

  /** The session is over. */
  ended(trouble: CodedError): void {
    if (this.#state === "expired") return;
    this.#trouble = trouble;
    this.#move("expired");
  }

  #move(state: SessionState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const watcher of [...this.#watchers]) {
      if (this.#watchers.has(watcher)) watcher(state);
    }
  }
}
