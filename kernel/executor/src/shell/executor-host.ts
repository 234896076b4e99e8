/**
 * The executor host: a Unix socket on which the containerizer says what to host and what to end.
 *
 * The protocol is the containerizer's (`hostPaths`, `HostEvent`). The host outlives the agent; it
 * leaves by itself when it hosts nothing and nobody listens. A host that starts where another died
 * finds that one's executors on disk.
 */

import { asId, CodedError, type ContainerId, describeError, secondMs } from "@tavola/base";
import {
  type ContainerRecord,
  type ContainerRequest,
  containerDirectory,
  type HostEvent,
  type HostedEnd,
  hostPaths,
  hostSocketPath,
  listContainers,
  readContainerRecord,
  readHostedEnd,
  socketAddress,
  writeHostedEnd,
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
import { endRemaining } from "./task-process.ts";
import { readTask } from "./task-record.ts";

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

/** A request is an id. */
const requestBytesMax = 4096;

/** Ways in which an executor ends that its task has no part in; raw wait statuses. */
const killedStatus = 9;
const lostStatus = 1 << 8;

/** Resolves when the host has ended. Rejects with CodedError CANNOT_LISTEN when there is one already. */
export async function runExecutorHost(options: ExecutorHostOptions): Promise<void> {
  const { runtimeDir, logger, signal, clock = systemClock() } = options;
  const http = createHttpClient();
  const host = new ExecutorHost(runtimeDir, { clock, http, random: systemRandom(), logger });
  const address = socketAddress(hostSocketPath(runtimeDir));
  const server = await serveUnixSocket(address, (request) => host.answer(request), {
    logger,
    bodyBytesMax: requestBytesMax,
  });
  await host.adoptAll();
  const stopped = Promise.withResolvers<void>();
  signal?.addEventListener("abort", () => stopped.resolve(), { once: true });
  if (signal?.aborted === true) stopped.resolve();
  await Promise.race([stopped.promise, host.idle]);
  await server.close();
  await host.letGo();
  await http.close();
}

class ExecutorHost {
  readonly #runtimeDir: string;
  readonly #world: HostWorld;
  readonly #executors = new Map<ContainerId, HostedExecutor>();
  /** Those whose record is being read. */
  readonly #starting = new Map<ContainerId, Promise<void>>();
  readonly #listeners = new Set<StreamSink>();
  readonly #adopted = Promise.withResolvers<void>();
  readonly #idle = Promise.withResolvers<void>();
  #idleTimer: Timer | undefined;
  #isLettingGo = false;

  constructor(runtimeDir: string, world: HostWorld) {
    this.#runtimeDir = runtimeDir;
    this.#world = world;
  }

  /** Resolves when there has been nothing to do, for nobody, for a while. */
  get idle(): Promise<void> {
    return this.#idle.promise;
  }

  async answer(request: HttpRequest): Promise<HttpResponse> {
    if (request.path === hostPaths.events)
      return { status: 200, stream: (sink) => this.#listen(sink) };
    if (request.path === hostPaths.reconnect) {
      await this.#adopted.promise;
      for (const executor of this.#executors.values()) executor.reconnect();
      return { status: 200 };
    }
    if (request.path !== hostPaths.start && request.path !== hostPaths.end) return { status: 404 };
    try {
      const id = containerIdIn(await request.body());
      await this.#adopted.promise;
      await (request.path === hostPaths.start ? this.#start(id) : this.#end(id));
      return { status: 200 };
    } catch (error) {
      return { status: 400, body: describeError(error) };
    }
  }

  /** What an earlier host left behind. Requests wait for it. */
  async adoptAll(): Promise<void> {
    for (const id of await listContainers(this.#runtimeDir)) {
      try {
        await this.#adopt(id);
      } catch (error) {
        this.#world.logger.error({ containerId: id, error }, "cannot look after a container");
      }
    }
    this.#adopted.resolve();
    this.#lookIdle(idleMsMax);
  }

  /** All that is hosted runs on, for the next host to find. */
  async letGo(): Promise<void> {
    this.#isLettingGo = true;
    this.#idleTimer?.cancel();
    await Promise.all([...this.#executors.values()].map((executor) => executor.letGo()));
  }

  async #adopt(id: ContainerId): Promise<void> {
    const directory = containerDirectory(this.#runtimeDir, id);
    const record = await readContainerRecord(directory);
    if (record?.kind !== "hosted" || (await readHostedEnd(directory)) !== undefined) return;
    try {
      this.#run(id, new HostedExecutor(record, this.#world, await readTask(directory)));
      this.#world.logger.info({ containerId: id }, "adopted an executor");
    } catch (error) {
      const message = `The executor is lost: ${describeError(error)}`;
      this.#world.logger.error({ containerId: id, error }, "cannot adopt an executor");
      await this.#endForsaken(record, { status: lostStatus, message });
    }
  }

  /** Idempotent, also while an earlier request for the same is under way. */
  #start(id: ContainerId): Promise<void> {
    const starting =
      this.#starting.get(id) ?? this.#load(id).finally(() => this.#starting.delete(id));
    this.#starting.set(id, starting);
    return starting;
  }

  /** PERF: two small files, read at once. */
  async #load(id: ContainerId): Promise<void> {
    if (this.#executors.has(id)) return;
    const directory = containerDirectory(this.#runtimeDir, id);
    const [record, end] = await Promise.all([
      readContainerRecord(directory),
      readHostedEnd(directory),
    ]);
    if (record?.kind !== "hosted" || this.#isLettingGo) {
      throw new CodedError("UNKNOWN_CONTAINER", `There is no container ${id} to host`, { id });
    }
    if (end === undefined) this.#run(id, new HostedExecutor(record, this.#world));
    else this.#tell({ kind: "ended", container_id: id });
  }

  async #end(id: ContainerId): Promise<void> {
    await this.#starting.get(id)?.catch(() => {});
    const executor = this.#executors.get(id);
    if (executor !== undefined) return executor.end();
    const directory = containerDirectory(this.#runtimeDir, id);
    const record = await readContainerRecord(directory);
    if (record?.kind !== "hosted") return;
    const end = await readHostedEnd(directory);
    if (end === undefined) await this.#endForsaken(record, { status: killedStatus });
    this.#tell({ kind: "ended", container_id: id });
  }

  /** The end of a container in which no executor could be put. */
  async #endForsaken({ place }: ContainerRecord, end: HostedEnd): Promise<void> {
    await endRemaining(place, this.#world.clock);
    await writeHostedEnd(place.directory, end);
  }

  #run(id: ContainerId, executor: HostedExecutor): void {
    this.#executors.set(id, executor);
    void executor.run().then((outcome) => {
      this.#executors.delete(id);
      if (outcome === "letGo") return;
      this.#tell({ kind: "ended", container_id: id });
      this.#lookIdle(abandonedMsMax);
    });
  }

  #listen(sink: StreamSink): void {
    this.#listeners.add(sink);
    sink.write(`${JSON.stringify({ kind: "hosting", pid: process.pid } satisfies HostEvent)}\n`);
    sink.onClose(() => {
      this.#listeners.delete(sink);
      if (!this.#isLettingGo) this.#lookIdle(abandonedMsMax);
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
  const { container_id } = requestIn(body);
  if (typeof container_id !== "string" || !/^\w[\w.-]*$/.test(container_id)) {
    throw new CodedError("BAD_REQUEST", "container_id: expecting the id of a container");
  }
  return asId<ContainerId>(container_id);
}

function requestIn(body: Uint8Array): Partial<ContainerRequest> {
  try {
    return (JSON.parse(Buffer.from(body).toString("utf8")) as ContainerRequest | null) ?? {};
  } catch (cause) {
    throw new CodedError("BAD_REQUEST", "Expecting a JSON object with container_id", {}, { cause });
  }
}
