/**
 * The executor host: a Unix socket on which the containerizer says what to host and what to end.
 *
 * The protocol is the containerizer's (`hostPaths`, `HostEvent`). The host outlives the agent; it
 * leaves by itself when it hosts nothing and nobody listens. A host that starts where another died
 * finds that one's executors on disk.
 */

import { asId, CodedError, type ContainerId, describeError, secondMs } from "@tavola/base";
import {
  type ContainerRequest,
  containerDirectory,
  type HostEvent,
  hostPaths,
  hostSocketPath,
  listContainers,
  readContainerRecord,
  readHostedEnd,
  socketAddress,
} from "@tavola/containerizer";
import {
  type Clock,
  createHttpClient,
  type HttpRequest,
  type HttpResponse,
  type Logger,
  type StreamSink,
  serveUnixSocket,
  systemClock,
  systemRandom,
  type Timer,
} from "@tavola/host";
import { HostedExecutor, type HostWorld } from "./hosted-executor.ts";

export interface ExecutorHostOptions {
  /** The agent's; see the containerizer's runtime-directory.ts. */
  readonly runtimeDir: string;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Ends the host; what it hosts runs on, for the next one to find. */
  readonly signal?: AbortSignal;
}

/** How long a host that hosts nothing waits for an agent to listen. */
const idleMsMax = 10 * secondMs;
/** The same once the agent that listened has left. */
const abandonedMsMax = secondMs;

/** Resolves when the host has ended. Rejects with CodedError CANNOT_LISTEN when there is one already. */
export async function runExecutorHost(options: ExecutorHostOptions): Promise<void> {
  const http = createHttpClient();
  const clock = options.clock ?? systemClock();
  const host = new ExecutorHost(options.runtimeDir, {
    clock,
    http,
    random: systemRandom(),
    logger: options.logger,
  });
  const address = socketAddress(hostSocketPath(options.runtimeDir));
  const server = await serveUnixSocket(address, (request) => host.answer(request), {
    logger: options.logger,
  });
  await host.adoptAll();
  const stopped = Promise.withResolvers<void>();
  options.signal?.addEventListener("abort", () => stopped.resolve(), { once: true });
  if (options.signal?.aborted === true) stopped.resolve();
  await Promise.race([stopped.promise, host.idle]);
  await server.close();
  await http.close();
}

class ExecutorHost {
  readonly #runtimeDir: string;
  readonly #world: HostWorld;
  readonly #executors = new Map<ContainerId, HostedExecutor>();
  readonly #listeners = new Set<StreamSink>();
  readonly #idle = Promise.withResolvers<void>();
  #idleTimer: Timer | undefined;

  constructor(runtimeDir: string, world: HostWorld) {
    this.#runtimeDir = runtimeDir;
    this.#world = world;
    this.#lookIdle(idleMsMax);
  }

  /** Resolves when there has been nothing to do, for nobody, for a while. */
  get idle(): Promise<void> {
    return this.#idle.promise;
  }

  async answer(request: HttpRequest): Promise<HttpResponse> {
    if (request.path === hostPaths.events)
      return { status: 200, stream: (sink) => this.#listen(sink) };
    if (request.path !== hostPaths.start && request.path !== hostPaths.end) return { status: 404 };
    try {
      const id = containerIdIn(await request.body());
      if (request.path === hostPaths.start) await this.#start(id);
      else await this.#executors.get(id)?.end();
      return { status: 200 };
    } catch (error) {
      return { status: 400, body: describeError(error) };
    }
  }

  /** What an earlier host left behind. */
  async adoptAll(): Promise<void> {
    for (const id of await listContainers(this.#runtimeDir)) {
      try {
        await this.#adopt(id);
      } catch (error) {
        this.#world.logger.error({ containerId: id, error }, "cannot adopt an executor");
      }
    }
  }

  async #adopt(id: ContainerId): Promise<void> {
    const directory = containerDirectory(this.#runtimeDir, id);
    const record = await readContainerRecord(directory);
    if (record?.kind !== "hosted" || (await readHostedEnd(directory)) !== undefined) return;
    if (this.#executors.has(id)) return;
    const executor = new HostedExecutor(record, this.#world);
    this.#executors.set(id, executor);
    await executor.adopt();
    this.#run(id, executor);
    this.#world.logger.info({ containerId: id }, "adopted an executor");
  }

  async #start(id: ContainerId): Promise<void> {
    if (this.#executors.has(id)) return;
    const record = await readContainerRecord(containerDirectory(this.#runtimeDir, id));
    if (record === undefined) {
      throw new CodedError("UNKNOWN_CONTAINER", `There is no container ${id} to host`, { id });
    }
    if (this.#executors.has(id)) return;
    const executor = new HostedExecutor(record, this.#world);
    this.#executors.set(id, executor);
    this.#run(id, executor);
  }

  #run(id: ContainerId, executor: HostedExecutor): void {
    void executor.run().then(() => {
      this.#executors.delete(id);
      this.#tell({ kind: "ended", container_id: id });
      this.#lookIdle(abandonedMsMax);
    });
  }

  #listen(sink: StreamSink): void {
    this.#listeners.add(sink);
    sink.write(`${JSON.stringify({ kind: "hosting", pid: process.pid } satisfies HostEvent)}\n`);
    sink.onClose(() => {
      this.#listeners.delete(sink);
      this.#lookIdle(abandonedMsMax);
    });
  }

  #tell(event: HostEvent): void {
    for (const sink of this.#listeners) sink.write(`${JSON.stringify(event)}\n`);
  }

  #lookIdle(delayMs: number): void {
    this.#idleTimer?.cancel();
    this.#idleTimer = this.#world.clock.after(delayMs, () => {
      if (this.#executors.size === 0 && this.#listeners.size === 0) this.#idle.resolve();
    });
  }
}

function containerIdIn(body: Uint8Array): ContainerId {
  const request = JSON.parse(Buffer.from(body).toString("utf8")) as Partial<ContainerRequest>;
  if (typeof request.container_id !== "string" || !/^[\w.-]+$/.test(request.container_id)) {
    throw new CodedError("BAD_REQUEST", "container_id: expecting the id of a container");
  }
  return asId<ContainerId>(request.container_id);
}
