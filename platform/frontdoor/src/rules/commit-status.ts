/**
 * Tells the host of the repository whether a commit's rules were taken, so that their author sees it
 * beside the commit. Best effort: the newest verdict of a commit is told, a few times when the host does
 * not answer, and rules never wait for it.
 *
 * GitHub: POST /repos/{owner}/{repo}/statuses/{sha}; GitLab: POST /projects/{id}/statuses/{sha}.
 */

import { type CodedError, describeError } from "@tavola/base";
import type { Clock, HttpClient, Logger, Timer } from "@tavola/host";
import type { RuleVersion, Verdict } from "./rule-candidate.ts";

export type CommitStatusHost = "github" | "gitlab";

export interface CommitStatusOptions {
  readonly host: CommitStatusHost;
  /** Of the API, without a trailing slash: `https://api.github.com`, `https://gitlab.com/api/v4`. */
  readonly url: string;
  /** `team/routes`. */
  readonly project: string;
  readonly token: string;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

const limits = {
  attempts: 5,
  firstPauseMs: 1000,
  answerMs: 10_000,
  /** Of GitHub; GitLab takes 255. */
  descriptionCharactersMax: 140,
  /** Commits whose verdicts wait; of more the oldest is left out. */
  waitingMax: 16,
} as const;

const context = "tavola/frontdoor";

/** The API of the host that a repository is on. */
export function statusUrlOf(host: CommitStatusHost, repositoryHost: string): string {
  if (host === "gitlab") return `https://${repositoryHost}/api/v4`;
  const isPublic = repositoryHost === "github.com" || repositoryHost === "ssh.github.com";
  return isPublic ? "https://api.github.com" : `https://${repositoryHost}/api/v3`;
}

interface Told {
  readonly version: RuleVersion;
  readonly verdict: Verdict;
}

export class CommitStatus {
  readonly #options: CommitStatusOptions;
  readonly #stop = new AbortController();
  #told = 0;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  /** By commit, in the order in which they came. */
  readonly #waiting = new Map<string, Told>();

  constructor(options: CommitStatusOptions) {
    this.#options = options;
  }

  /** Verdicts that the host has taken. */
  get told(): number {
    return this.#told;
  }

  /** Replaces what is not told yet of the same commit. */
  tell(version: RuleVersion, verdict: Verdict): void {
    this.#waiting.delete(version.id);
    this.#waiting.set(version.id, { version, verdict });
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size > limits.waitingMax && oldest !== undefined)
      this.#waiting.delete(oldest);
    this.#running ??= this.#run();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#timer?.cancel();
    await this.#running;
  }

  async #run(): Promise<void> {
    for (;;) {
      const [next] = this.#waiting.values();
      if (next === undefined || this.#stop.signal.aborted) break;
      await this.#tellOne(next);
      if (this.#waiting.get(next.version.id) === next) this.#waiting.delete(next.version.id);
    }
    this.#running = undefined;
  }

  async #tellOne({ version, verdict }: Told): Promise<void> {
    let problem: string | undefined;
    for (let attempt = 0; attempt < limits.attempts; attempt += 1) {
      if (attempt > 0) await this.#pause(limits.firstPauseMs * 2 ** (attempt - 1));
      if (this.#stop.signal.aborted) return;
      problem = await this.#send(version, verdict);
      if (problem !== undefined) continue;
      this.#told += 1;
      return;
    }
    this.#options.logger.warn({ problem, ...version }, "no commit status set");
  }

  /** What is wrong; undefined: the host has taken it. */
  async #send(version: RuleVersion, verdict: Verdict): Promise<string | undefined> {
    const { http, clock } = this.#options;
    const late = new AbortController();
    const timer = clock.after(limits.answerMs, () => late.abort());
    const signal = AbortSignal.any([late.signal, this.#stop.signal]);
    try {
      const answer = await http.request({
        method: "POST",
        signal,
        ...this.#call(version, verdict),
      });
      const body = Buffer.from(await answer.body()).toString("utf8");
      const isTaken = answer.status >= 200 && answer.status < 300;
      return isTaken ? undefined : `it answers ${answer.status} ${body.slice(0, 200)}`;
    } catch (error) {
      return describeError(error as CodedError);
    } finally {
      timer.cancel();
    }
  }

  #call({ id }: RuleVersion, verdict: Verdict) {
    const { host, url, project, token } = this.#options;
    const description = describeVerdict(verdict);
    const isTaken = verdict.kind === "taken";
    const headers = { "Content-Type": "application/json", "User-Agent": "tavola-frontdoor" };
    if (host === "github") {
      const state = isTaken ? "success" : "failure";
      return {
        url: `${url}/repos/${project}/statuses/${id}`,
        headers: {
          ...headers,
          Accept: "application/vnd.github+json",
          Authorization: `Bearer ${token}`,
        },
        body: JSON.stringify({ state, context, description }),
      };
    }
    return {
      url: `${url}/projects/${encodeURIComponent(project)}/statuses/${id}`,
      headers: { ...headers, "PRIVATE-TOKEN": token },
      body: JSON.stringify({ state: isTaken ? "success" : "failed", name: context, description }),
    };
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#timer = this.#options.clock.after(ms, resolve);
      this.#stop.signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }
}

function describeVerdict(verdict: Verdict): string {
  if (verdict.kind === "taken") return "In effect";
  const [first = "refused", ...others] = verdict.reasons;
  const rest = others.length === 0 ? "" : ` (and ${others.length} more)`;
  const room = limits.descriptionCharactersMax - rest.length;
  return (first.length > room ? `${first.slice(0, room - 1)}…` : first) + rest;
}
