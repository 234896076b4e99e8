/**
 * Rules from a branch of a Git repository.
 *
 *     ls-remote ──same commit──► pause ──► ls-remote …          (the cheap question, each turn)
 *         │ another one                         ▲
 *         └──► fetch ──► read the file ──► sink ┘
 *
 * While the server is away, what was good last stays; after a start, it is taken from the mirror.
 */

import { describeError } from "@tavola/base";
import type { Clock } from "@tavola/host";
import { GitMirror, type GitMirrorOptions } from "./git-mirror.ts";
import { Looking } from "./looking.ts";
import type { RulesSink, RulesSource } from "./rule-candidate.ts";

export interface GitSourceOptions extends GitMirrorOptions {
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly sink: RulesSink;
}

export function openGitSource(options: GitSourceOptions): RulesSource {
  const { clock, intervalMs } = options;
  const branch = new WatchedBranch(options);
  return new Looking({ clock, intervalMs, look: (signal) => branch.look(signal) });
}

class WatchedBranch {
  readonly #options: GitSourceOptions;
  readonly #mirror: GitMirror;
  #isOpen = false;
  /** Whose verdict is known. */
  #judged: string | undefined;
  #hasRules = false;
  #trouble: string | undefined;

  constructor(options: GitSourceOptions) {
    this.#options = options;
    this.#mirror = new GitMirror(options);
  }

  /** Whether its server answered. Rejects only when the signal was aborted. */
  async look(signal: AbortSignal): Promise<boolean> {
    try {
      if (!this.#isOpen) await this.#mirror.open(signal);
      this.#isOpen = true;
      await this.#lookAtRemote(signal);
      if (this.#trouble !== undefined) this.#options.sink.back();
      this.#trouble = undefined;
      return true;
    } catch (error) {
      if (signal.aborted) throw error;
      await this.#isAway(describeError(error), signal);
      return false;
    }
  }

  async #lookAtRemote(signal: AbortSignal): Promise<void> {
    const head = await this.#mirror.remoteHead(signal);
    if (head === this.#judged) return;
    const commit = await this.#mirror.fetch(signal);
    await this.#judge(commit, signal);
  }

  async #judge(commit: string, signal: AbortSignal): Promise<void> {
    const verdict = await this.#options.sink.found(await this.#mirror.read(commit, signal));
    this.#judged = commit;
    if (verdict.kind === "taken") {
      this.#hasRules = true;
      await this.#mirror.keepAsGood(commit, signal);
    } else {
      await this.#takeLastGood(signal);
    }
  }

  /** What an earlier run of this front door went by: better than nothing. */
  async #takeLastGood(signal: AbortSignal): Promise<void> {
    if (this.#hasRules || !this.#isOpen) return;
    const commit = await this.#mirror.lastGood(signal);
    if (commit === undefined) return;
    const former = await this.#mirror.read(commit, signal);
    const verdict = await this.#options.sink.found({ ...former, isFormer: true });
    this.#hasRules = verdict.kind === "taken";
  }

  async #isAway(reason: string, signal: AbortSignal): Promise<void> {
    const isNews = this.#trouble !== reason;
    this.#trouble = reason;
    if (isNews) this.#options.sink.away(reason);
    if (!isNews) return;
    try {
      await this.#takeLastGood(signal);
    } catch (error) {
      if (signal.aborted) throw error;
      this.#options.sink.away(`${reason}; and what was kept: ${describeError(error)}`);
    }
  }
}
