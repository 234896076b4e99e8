/**
 * A bare repository in the work directory that holds what was last fetched, and the last commit whose
 * rules were good, so that a front door starts also while the Git server is away.
 *
 *     WORK_DIR/rules-<hash of the remote>.git
 *       refs/tavola/seen    the branch as it was last fetched
 *       refs/tavola/good    the last commit whose rules were taken
 */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { CodedError } from "@tavola/base";
import { type Clock, makeDirectory } from "@tavola/host";
import type { RuleCandidate } from "./rule-candidate.ts";
import type { GitLocation } from "./rules-location.ts";
import { runGit } from "./run-git.ts";

export interface GitMirrorOptions {
  readonly location: GitLocation;
  readonly workDir: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

const limits = {
  askMs: 15_000,
  /** The first fetch of a large repository takes a while. */
  fetchMs: 120_000,
  localMs: 10_000,
  collectMs: 60_000,
  /** Of the rule file; the parser's own limit is lower, and says so better. */
  fileBytesMax: 16 * 1024 * 1024,
  /** What is no longer needed is removed after so many fetches. */
  fetchesBetweenCollections: 200,
} as const;

const seen = "refs/tavola/seen";
const good = "refs/tavola/good";

export class GitMirror {
  readonly #options: GitMirrorOptions;
  readonly #folder: string;
  #fetches = 0;

  constructor(options: GitMirrorOptions) {
    this.#options = options;
    const { remote, branch, file } = options.location;
    const hash = createHash("sha256").update(`${remote}#${branch}:${file}`).digest("hex");
    this.#folder = join(options.workDir, `rules-${hash.slice(0, 16)}.git`);
  }

  /** Idempotent. */
  async open(signal: AbortSignal): Promise<void> {
    await makeDirectory(this.#options.workDir);
    await this.#git(["init", "--quiet", "--bare", "--template=", this.#folder], {
      signal,
      timeoutMs: limits.localMs,
    });
  }

  /** The commit that the branch is at, where it is kept. Rejects when it cannot be asked, or there is no such branch. */
  async remoteHead(signal: AbortSignal): Promise<string> {
    const { remote, branch } = this.#options.location;
    const args = ["ls-remote", "--", remote, `refs/heads/${branch}`];
    const output = await this.#git(args, { signal, timeoutMs: limits.askMs });
    const commit = /^([0-9a-f]{40,64})\t/.exec(output)?.[1];
    if (commit !== undefined) return commit;
    throw new CodedError("GIT_FAILED", `there is no branch ${branch}`, {}, { transient: true });
  }

  /** The commit that was fetched, which may be newer than the one that was asked for. */
  async fetch(signal: AbortSignal): Promise<string> {
    const { remote, branch } = this.#options.location;
    const spec = `+refs/heads/${branch}:${seen}`;
    const isLocal = remote.startsWith("/");
    const args = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head"];
    const depth = isLocal ? [] : ["--depth=1"];
    await this.#own([...args, ...depth, "--", remote, spec], { signal, timeoutMs: limits.fetchMs });
    this.#fetches += 1;
    if (this.#fetches % limits.fetchesBetweenCollections === 0) {
      const collect = ["gc", "--quiet", "--prune=now"];
      await this.#own(collect, { signal, timeoutMs: limits.collectMs });
    }
    return (await this.#commitAt(seen, signal)) ?? "";
  }

  /** Undefined: none was ever good. */
  lastGood(signal: AbortSignal): Promise<string | undefined> {
    return this.#commitAt(good, signal);
  }

  async keepAsGood(commit: string, signal: AbortSignal): Promise<void> {
    await this.#own(["update-ref", good, commit], { signal, timeoutMs: limits.localMs });
  }

  async read(commit: string, signal: AbortSignal): Promise<RuleCandidate> {
    const { branch, file } = this.#options.location;
    const timeoutMs = limits.localMs;
    const format = "--format=%an <%ae>%x00%ct%x00%s";
    const about = await this.#own(["log", "-1", format, commit], { signal, timeoutMs });
    const [author = "", seconds = "", subject = ""] = about.trim().split("\0");
    const name = `commit ${commit.slice(0, 7)} of ${branch}:${file}`;
    const version = { id: commit, name, author, subject, at: Number(seconds) * 1000 };
    return { text: await this.#textIn(commit, signal), file, version };
  }

  /** Undefined: the commit has no such file. */
  async #textIn(commit: string, signal: AbortSignal): Promise<string | undefined> {
    const { file } = this.#options.location;
    const timeoutMs = limits.localMs;
    // Read by the name of what it holds, so that a path is never taken for anything else.
    const listed = await this.#own(["ls-tree", "-z", commit, "--", `:(literal)${file}`], {
      signal,
      timeoutMs,
    });
    const blob = /^100\d+ blob ([0-9a-f]{40,64})\t/.exec(listed)?.[1];
    if (blob === undefined) return undefined;
    const outputBytesMax = limits.fileBytesMax;
    return this.#own(["cat-file", "blob", blob], { signal, timeoutMs, outputBytesMax });
  }

  async #commitAt(ref: string, signal: AbortSignal): Promise<string | undefined> {
    const args = ["for-each-ref", "--format=%(objectname)", ref];
    const output = await this.#own(args, { signal, timeoutMs: limits.localMs });
    return output.trim() || undefined;
  }

  #own(args: readonly string[], options: RunOptions): Promise<string> {
    return this.#git([`--git-dir=${this.#folder}`, ...args], options);
  }

  #git(args: readonly string[], options: RunOptions): Promise<string> {
    const { clock, environment, location } = this.#options;
    const { authorization } = location;
    return runGit({ args, clock, environment, authorization, ...options });
  }
}

interface RunOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly outputBytesMax?: number;
}
