/**
 * A bare repository in the work directory that holds what was last fetched, and the last commit whose
 * rules were good, so that a front door starts also while the Git server is away.
 *
 *     WORK_DIR/rules-<hash of the remote>.git
 *       refs/tavola/seen    the branch as it was last fetched
 *       refs/tavola/good    the last commit whose rules were taken
 *
 * Whatever is wrong with it (a git that was killed leaves locks, a full disk leaves halves), it is only a
 * copy: where a command on it fails, another is made in its place.
 */

import { createHash } from "node:crypto";
import { rename, rm } from "node:fs/promises";
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

const fetchQuietly = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head"] as const;

/** By the first digits of a mode in a tree, which are its type: what a path may be besides a file. */
const noFile: Readonly<Record<string, string>> = {
  "040": "a folder",
  "120": "a symbolic link",
  "160": "a submodule",
};

type CandidateText = Pick<RuleCandidate, "text" | "problem">;

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
    await this.#orAnew(signal, () => this.#init(this.#folder, signal));
  }

  /** The commit that the branch is at, where it is kept. Rejects when it cannot be asked, or there is no such branch. */
  async remoteHead(signal: AbortSignal): Promise<string> {
    const { remote, branch } = this.#options.location;
    const ref = `refs/heads/${branch}`;
    const output = await this.#git(["ls-remote", "--", remote, ref], {
      signal,
      timeoutMs: limits.askMs,
    });
    // Git lists also what ends so: `refs/backup/refs/heads/main`.
    for (const line of output.split("\n")) {
      const [commit, name] = line.split("\t");
      if (commit !== undefined && name === ref) return commit;
    }
    throw new CodedError("GIT_FAILED", `there is no branch ${branch}`, {}, { transient: true });
  }

  /** The commit that was fetched, which may be newer than the one that was asked for. */
  async fetch(signal: AbortSignal): Promise<string> {
    await this.#orAnew(signal, () => this.#fetchInto(this.#folder, signal));
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
    const keep = () =>
      this.#own(["update-ref", good, commit], { signal, timeoutMs: limits.localMs });
    await this.#orAnew(signal, keep);
  }

  read(commit: string, signal: AbortSignal): Promise<RuleCandidate> {
    return this.#orAnew(signal, () => this.#read(commit, signal));
  }

  async #read(commit: string, signal: AbortSignal): Promise<RuleCandidate> {
    const { branch, file } = this.#options.location;
    const timeoutMs = limits.localMs;
    const format = "--format=%an <%ae>%x00%ct%x00%s";
    const [about, text] = await Promise.all([
      this.#own(["log", "-1", format, commit], { signal, timeoutMs }),
      this.#textIn(commit, signal),
    ]);
    const [author = "", seconds = "", subject = ""] = about.trim().split("\0");
    const name = `commit ${commit.slice(0, 7)} of ${branch}:${file}`;
    const version = { id: commit, name, author, subject, at: Number(seconds) * 1000 };
    return { ...text, file, version };
  }

  async #textIn(commit: string, signal: AbortSignal): Promise<CandidateText> {
    const { file } = this.#options.location;
    const timeoutMs = limits.localMs;
    // Read by the name of what it holds, so that a path is never taken for anything else.
    const listed = await this.#own(["ls-tree", "-z", "--long", commit, "--", `:(literal)${file}`], {
      signal,
      timeoutMs,
    });
    const [, mode = "", object = "", size] = /^(\d+) \w+ ([0-9a-f]+) +(\d+|-)\t/.exec(listed) ?? [];
    const kind = noFile[mode.slice(0, 3)];
    if (kind !== undefined) return { text: undefined, problem: `${file} is ${kind}, not a file` };
    if (object === "") return { text: undefined };
    const outputBytesMax = limits.fileBytesMax;
    if (Number(size) > outputBytesMax) {
      const problem = `${file} has ${size} bytes; expected at most ${outputBytesMax}`;
      return { text: undefined, problem };
    }
    const text = await this.#own(["cat-file", "blob", object], {
      signal,
      timeoutMs,
      outputBytesMax,
    });
    return { text };
  }

  async #commitAt(ref: string, signal: AbortSignal): Promise<string | undefined> {
    const args = ["for-each-ref", "--format=%(objectname)", ref];
    const output = await this.#own(args, { signal, timeoutMs: limits.localMs });
    return output.trim() || undefined;
  }

  async #init(folder: string, signal: AbortSignal): Promise<void> {
    const timeoutMs = limits.localMs;
    await this.#git(["init", "--quiet", "--bare", "--template=", folder], { signal, timeoutMs });
  }

  async #fetchInto(folder: string, signal: AbortSignal): Promise<void> {
    const { remote, branch } = this.#options.location;
    const depth = remote.startsWith("/") ? [] : ["--depth=1"];
    const spec = `+refs/heads/${branch}:${seen}`;
    await this.#git([`--git-dir=${folder}`, ...fetchQuietly, ...depth, "--", remote, spec], {
      signal,
      timeoutMs: limits.fetchMs,
    });
  }

  /** Where it fails: again, on another copy, if there can be one. */
  async #orAnew<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (signal.aborted || !(await this.#isMadeAnew(signal))) throw error;
      return await run();
    }
  }

  /** No: it cannot be fetched either, so that the fault is not the copy's. */
  async #isMadeAnew(signal: AbortSignal): Promise<boolean> {
    const anew = `${this.#folder}.new`;
    try {
      await rm(anew, { recursive: true, force: true });
      await this.#init(anew, signal);
      await this.#fetchInto(anew, signal);
      await this.#takeGoodAlong(anew, signal);
      await rm(this.#folder, { recursive: true, force: true });
      await rename(anew, this.#folder);
      return true;
    } catch {
      // Why the former command failed is what its caller says.
      await rm(anew, { recursive: true, force: true });
      return false;
    }
  }

  async #takeGoodAlong(anew: string, signal: AbortSignal): Promise<void> {
    const args = [`--git-dir=${anew}`, ...fetchQuietly, "--", this.#folder, `+${good}:${good}`];
    try {
      await this.#git(args, { signal, timeoutMs: limits.localMs });
    } catch {
      // There is none, or it went with what is broken.
    }
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
