/**
 * The containerizer's end of the line to the executor host.
 *
 * ```
 *   connecting --stream open--> hosting --stream ends--> connecting
 *       |  nobody listens: start a host, look again
 * ```
 *
 * The host is a process of its own session that outlives us; one that an earlier agent started is
 * found by its socket. Should it die, another is started, which finds its executors on disk.
 */

import { closeSync, openSync } from "node:fs";
import { asId, CodedError, type ContainerId, describeError } from "@tavola/base";
import {
  type Clock,
  type HttpClient,
  type HttpClientResponse,
  isRunning,
  type Logger,
  type ProcessIdentity,
  signalProcess,
  spawnDetached,
} from "@tavola/host";
import { hostLogPath, hostSocketPath } from "../runtime-directory.ts";
import { type HostEvent, hostPaths, hostUrl } from "./host-protocol.ts";
import { socketAddress } from "./socket-address.ts";

export interface HostLinkOptions {
  readonly runtimeDir: string;
  /** Starts a host; `--runtime_dir=…` is added. */
  readonly command: readonly string[];
  /** The host's own; its executors' tasks have theirs. */
  readonly environment: Readonly<Record<string, string>>;
  /** A hosted executor has ended, or may have while nobody listened. */
  readonly onEnded: (id: ContainerId) => void;
  /** A stream to a host is open: all ends that were missed are on disk. */
  readonly onConnected: () => void;
  /** Puts a new host beyond the reach of whoever stops the agent's service. */
  readonly onStarted: (pid: number) => Promise<void>;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

const limits = {
  /** From being needed to being there, for a host that must be started. */
  readyMsMax: 15_000,
  /** Between looks for a host that is starting. */
  lookMs: 5,
  lookMsMax: 100,
  /** Before another host is started after one that ended without a word; doubled each time. */
  restartMs: 100,
  restartMsMax: 10_000,
  lineBytesMax: 64 * 1024,
} as const;

export class HostLink {
  readonly #options: HostLinkOptions;
  readonly #closing = new AbortController();
  readonly #socket: string;
  #ready = Promise.withResolvers<void>();
  #running: Promise<void> | undefined;
  #host: ProcessIdentity | undefined;
  #pid: number | undefined;
  #failedStarts = 0;

  constructor(options: HostLinkOptions) {
    this.#options = options;
    this.#socket = socketAddress(hostSocketPath(options.runtimeDir));
  }

  /** The host's; undefined while there is no line to it. */
  get pid(): number | undefined {
    return this.#pid;
  }

  /** Finds or starts the host; called early, so that the first task need not wait for it. */
  open(): void {
    this.#running ??= this.#run();
  }

  /** Rejects with CodedError EXECUTOR_HOST_UNAVAILABLE or EXECUTOR_HOST_REFUSED. */
  start(id: ContainerId, signal: AbortSignal): Promise<void> {
    return this.#post(hostPaths.start, id, signal);
  }

  /** Resolves when the executor and its task have been told to end; their end comes by `onEnded`. */
  end(id: ContainerId): Promise<void> {
    return this.#post(hostPaths.end, id, this.#closing.signal);
  }

  /** Executors that wait for their agent are to try now. */
  reconnect(): Promise<void> {
    return this.#post(hostPaths.reconnect, undefined, this.#closing.signal);
  }

  /** Resolves when a host is there. Rejects with CodedError EXECUTOR_HOST_UNAVAILABLE. */
  hosted(): Promise<void> {
    this.open();
    return this.#untilReady(this.#closing.signal);
  }

  /**
   * Lets go. The host and all that it hosts live on; one that hosts nothing leaves by itself, and one
   * that is only just starting, which nobody needs then, is told to.
   */
  async close(isNeeded: boolean): Promise<void> {
    this.#closing.abort();
    this.#ready.promise.catch(() => {});
    this.#ready.reject(new CodedError("ABORTED", "The containerizer is closed"));
    await this.#running;
    if (!isNeeded && this.#pid === undefined && this.#host !== undefined) {
      signalProcess(this.#host, "SIGTERM");
    }
  }

  async #post(path: string, id: ContainerId | undefined, signal: AbortSignal): Promise<void> {
    this.open();
    await this.#untilReady(signal);
    const response = await this.#options.http.request({
      method: "POST",
      url: `${hostUrl}${path}`,
      socketPath: this.#socket,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ container_id: id }),
      // Starting what is started, ending what has ended: the host says yes.
      isIdempotent: true,
      signal,
    });
    const text = Buffer.from(await response.body()).toString("utf8");
    if (response.status === 200) return;
    throw new CodedError("EXECUTOR_HOST_REFUSED", `The executor host refused: ${text}`, { id });
  }

  async #untilReady(signal: AbortSignal): Promise<void> {
    const late = Promise.withResolvers<never>();
    const timer = this.#options.clock.after(limits.readyMsMax, () =>
      late.reject(
        new CodedError(
          "EXECUTOR_HOST_UNAVAILABLE",
          `The executor host does not come up; see ${hostLogPath(this.#options.runtimeDir)}`,
          {},
          { transient: true },
        ),
      ),
    );
    const abort = (): void => late.reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      signal.throwIfAborted();
      await Promise.race([this.#ready.promise, late.promise]);
    } finally {
      timer.cancel();
      signal.removeEventListener("abort", abort);
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    let pauseMs: number = limits.lookMs;
    while (!signal.aborted) {
      try {
        const response = await this.#connect(signal);
        pauseMs = limits.lookMs;
        this.#failedStarts = 0;
        await this.#listen(response);
      } catch (error) {
        if (signal.aborted) return;
        const isNobodyThere = error instanceof CodedError && error.code === "CONNECTION_REFUSED";
        if (isNobodyThere) await this.#startUnlessStarting();
        else this.#options.logger.warn({ error: describeError(error) }, "lost the executor host");
      }
      this.#disconnected();
      await this.#pause(pauseMs);
      pauseMs = Math.min(limits.lookMsMax, pauseMs * 1.5);
    }
  }

  #connect(signal: AbortSignal): Promise<HttpClientResponse> {
    return this.#options.http.request({
      method: "GET",
      url: `${hostUrl}${hostPaths.events}`,
      socketPath: this.#socket,
      signal,
    });
  }

  /** Until the stream ends, which it does by an error. */
  async #listen(response: HttpClientResponse): Promise<void> {
    let rest = "";
    for await (const chunk of response.chunks()) {
      const lines = (rest + Buffer.from(chunk).toString("utf8")).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > limits.lineBytesMax) {
        throw new CodedError("EXECUTOR_HOST_REFUSED", "The executor host speaks in riddles");
      }
      for (const line of lines) this.#received(JSON.parse(line) as HostEvent);
    }
  }

  #received(event: HostEvent): void {
    if (event.kind === "ended") {
      this.#options.onEnded(asId(event.container_id));
      return;
    }
    this.#pid = event.pid;
    this.#options.logger.debug({ pid: event.pid }, "the executor host is there");
    this.#ready.resolve();
    this.#options.onConnected();
  }

  #disconnected(): void {
    if (this.#pid === undefined) return;
    this.#pid = undefined;
    this.#ready = Promise.withResolvers();
    this.#ready.promise.catch(() => {});
  }

  async #startUnlessStarting(): Promise<void> {
    if (this.#host !== undefined) {
      if (isRunning(this.#host)) return;
      const delayMs = Math.min(limits.restartMsMax, limits.restartMs * 2 ** this.#failedStarts);
      this.#failedStarts += 1;
      await this.#pause(delayMs);
      if (this.#closing.signal.aborted) return;
    }
    const { command, environment, runtimeDir, logger, onStarted } = this.#options;
    let log: number | undefined;
    try {
      log = openSync(hostLogPath(runtimeDir), "a", 0o600);
      this.#host = await spawnDetached({
        argv: [...command, `--runtime_dir=${runtimeDir}`],
        environment,
        stdio: ["ignore", log, log],
      });
      await onStarted(this.#host.pid);
      logger.info({ pid: this.#host.pid }, "started the executor host");
    } catch (error) {
      logger.error({ error: describeError(error) }, "cannot start the executor host");
    } finally {
      if (log !== undefined) closeSync(log);
    }
  }

  #pause(delayMs: number): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#closing;
    return new Promise((resolve) => {
      const done = (): void => {
        timer.cancel();
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = clock.after(delayMs, done);
      signal.addEventListener("abort", done, { once: true });
    });
  }
}
