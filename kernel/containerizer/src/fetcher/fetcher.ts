/**
 * Brings a command's URIs into its sandbox, before anything runs there.
 *
 * One after the other, in the order given: a later one may replace part of an earlier archive. As
 * the task's user, so that a framework cannot read through us what its user may not. `cache` is
 * accepted and not heeded: every URI is fetched anew. Writes nothing outside of the sandbox.
 */

import { chmod, copyFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { CodedError, type ContainerId, describeError } from "@tavola/base";
import type { Clock, HttpClient, Metrics } from "@tavola/host";
import type { CommandInfo_URI } from "@tavola/protocol";
import type { ProcessUser } from "../shim/shim.ts";
import type { ShimProgram } from "../shim/shim-program.ts";
import { download } from "./download.ts";
import { extract } from "./extract.ts";
import { clearSandboxPath, createSandboxFile } from "./sandbox-file.ts";
import { runTool } from "./tool.ts";
import { type FetchPlan, planFetch } from "./uri.ts";

export interface FetcherOptions {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly stallMsMax: number;
  /** What relative paths are relative to; empty: they are refused. */
  readonly frameworksHome: string;
}

export interface FetchRequest {
  readonly containerId: ContainerId;
  readonly uris: readonly CommandInfo_URI[];
  readonly sandbox: string;
  /** Undefined: whoever we are. */
  readonly user: ProcessUser | undefined;
  /** The container's runtime directory. */
  readonly directory: string;
  readonly shim: ShimProgram;
  readonly signal: AbortSignal;
}

export class Fetcher {
  readonly #options: FetcherOptions;
  readonly #succeeded;
  readonly #failed;

  constructor(options: FetcherOptions) {
    this.#options = options;
    const name = "containerizer/fetcher";
    this.#succeeded = options.metrics.counter(`${name}/task_fetches_succeeded`);
    this.#failed = options.metrics.counter(`${name}/task_fetches_failed`);
    // There is no cache yet; dashboards ask for its size anyway.
    options.metrics.gauge(`${name}/cache_size_total_bytes`, () => 0);
    options.metrics.gauge(`${name}/cache_size_used_bytes`, () => 0);
  }

  /** Rejects with CodedError FETCH_FAILED, naming the URI and the reason. */
  async fetch(request: FetchRequest): Promise<void> {
    if (request.uris.length === 0) return;
    try {
      for (const uri of request.uris) await this.#fetchOne(uri, request);
      this.#succeeded.increment();
    } catch (error) {
      this.#failed.increment();
      throw error;
    }
  }

  async #fetchOne(uri: CommandInfo_URI, request: FetchRequest): Promise<void> {
    const plan = planFetch(uri, this.#options.frameworksHome);
    if (plan.error !== undefined) throw fetchFailed(request, uri.value, plan.error);
    const { to, archive, isExecutable, shown } = plan.value;
    try {
      await this.#bring(plan.value, request);
      if (isExecutable) await chmod(join(request.sandbox, to), 0o755);
    } catch (cause) {
      throw fetchFailed(request, shown, describeError(cause));
    }
    if (archive === undefined) return;
    try {
      await extract(archive, to, request);
    } catch (cause) {
      const reason = `Failed to extract archive '${to}': ${describeError(cause)}`;
      throw fetchFailed(request, shown, reason);
    }
  }

  async #bring({ from, to }: FetchPlan, request: FetchRequest): Promise<void> {
    const { sandbox, user, signal } = request;
    if (from.kind === "http") {
      const target = await createSandboxFile(sandbox, to, user);
      try {
        await download(from.url, target, { ...this.#options, signal });
      } finally {
        await target.close();
      }
      return;
    }
    // Opening a pipe would wait for ever, a device might never end.
    if (!(await stat(from.path)).isFile()) {
      throw new CodedError("NOT_A_FILE", `'${from.path}' is not a regular file`);
    }
    const target = await clearSandboxPath(sandbox, to, user);
    if (user === undefined || user.uid === process.getuid?.()) {
      await copyFile(from.path, target);
    } else {
      await runTool({ ...request, argv: ["cp", "--", from.path, target] });
    }
  }
}

/** Whole in itself, causes included: it goes into the task's status as it is. */
function fetchFailed({ containerId }: FetchRequest, uri: string, reason: string): CodedError {
  return new CodedError(
    "FETCH_FAILED",
    `Failed to fetch all URIs for container '${containerId}': Failed to fetch '${uri}': ${reason}`,
    { containerId, uri },
  );
}
