/**
 * Runs nothing: each launch makes an executor in this process, which speaks the agent's real executor
 * API over HTTP and does what the test tells it.
 */

import { CodedError, type ContainerId } from "@tavola/base";
import type { Containerizer, ContainerLaunch, ContainerTermination } from "@tavola/containerizer";
import { createHttpClient, type HttpClient } from "@tavola/host";
import {
  type ContainerStatus,
  decodeMessage,
  encodeBody,
  executor,
  jsonType,
  type MessageFormat,
  messageFromJson,
  protobufType,
  RecordDecoder,
  type Resource,
  type ResourceStatistics,
  type TaskState,
} from "@tavola/protocol";
import { waitFor } from "./wait-until.ts";

export interface FakeContainerizerOptions {
  readonly format?: MessageFormat;
  /** Launches fail with this. */
  readonly failure?: () => CodedError | undefined;
  /** From which asking on a container's process is known; default: the first. */
  readonly pidFrom?: number;
}

export class FakeContainerizer implements Containerizer {
  readonly executors: FakeExecutor[] = [];
  welcomes = 0;
  readonly #options: FakeContainerizerOptions;
  /** Closed with the agent, and another one made for the next. */
  #http: HttpClient = createHttpClient();

  constructor(options: FakeContainerizerOptions = {}) {
    this.#options = options;
  }

  async launch(launch: ContainerLaunch): Promise<void> {
    const failure = this.#options.failure?.();
    const fake = new FakeExecutor(launch, () => this.#http, this.#options.format ?? "protobuf");
    this.executors.push(fake);
    if (failure !== undefined) {
      fake.end({});
      throw failure;
    }
    void fake.subscribe();
  }

  /** Those of an earlier agent that the same fake had launched; the others are ended. */
  async recover(
    known: readonly ContainerId[],
  ): Promise<ReadonlyMap<ContainerId, ContainerTermination>> {
    await this.#http.close();
    this.#http = createHttpClient();
    for (const { hasEnded, launch } of this.executors) {
      if (!hasEnded && !known.includes(launch.containerId)) await this.destroy(launch.containerId);
    }
    const here = new Set(this.executors.map(({ launch }) => launch.containerId));
    return new Map(known.filter((id) => !here.has(id)).map((id) => [id, { message: "unknown" }]));
  }

  welcome(): void {
    this.welcomes += 1;
  }

  async wait(id: ContainerId): Promise<ContainerTermination> {
    return await this.#get(id).ended;
  }

  async destroy(id: ContainerId): Promise<void> {
    this.executors.find(({ launch }) => launch.containerId === id)?.end({ status: 9 });
  }

  async update(id: ContainerId, resources: readonly Resource[]): Promise<void> {
    this.#get(id).resources = resources;
  }

  async usage(id: ContainerId): Promise<ResourceStatistics> {
    this.#get(id);
    return {
      timestamp: 1,
      cpus_user_time_secs: 0.1,
      cpus_system_time_secs: 0.2,
      cpus_soft_limit: 0.2,
      mem_limit_bytes: 1,
      mem_soft_limit_bytes: 1,
      mem_rss_bytes: 1,
    };
  }

  async status(id: ContainerId): Promise<ContainerStatus> {
    const fake = this.#get(id);
    fake.timesAsked += 1;
    const isKnown = fake.timesAsked >= (this.#options.pidFrom ?? 1);
    return { container_id: { value: id }, ...(isKnown ? { executor_pid: 4711 } : {}) };
  }

  containers(): readonly ContainerId[] {
    return this.executors.filter((each) => !each.hasEnded).map(({ launch }) => launch.containerId);
  }

  async close(): Promise<void> {
    for (const each of this.executors) each.disconnect();
    await this.#http.close();
  }

  #get(id: ContainerId): FakeExecutor {
    const found = this.executors.find(({ launch }) => launch.containerId === id);
    if (found === undefined) throw new CodedError("UNKNOWN_CONTAINER", `no container ${id}`);
    return found;
  }

  async executor(executorId: string): Promise<FakeExecutor> {
    return await waitFor(`executor ${executorId}`, () =>
      this.executors.find(({ launch }) => launch.executorId === executorId),
    );
  }
}

export class FakeExecutor {
  readonly launch: ContainerLaunch;
  readonly events: executor.Event[] = [];
  readonly ended: Promise<ContainerTermination>;
  hasEnded = false;
  timesAsked = 0;
  resources: readonly Resource[];
  readonly #end: (termination: ContainerTermination) => void;
  readonly #http: () => HttpClient;
  readonly #format: MessageFormat;
  readonly #url: string;
  #stream = new AbortController();

  constructor(launch: ContainerLaunch, http: () => HttpClient, format: MessageFormat) {
    this.launch = launch;
    this.resources = launch.resources;
    this.#http = http;
    this.#format = format;
    this.#url = `http://${launch.environment["MESOS_AGENT_ENDPOINT"]}/slave(1)/api/v1/executor`;
    const { promise, resolve } = Promise.withResolvers<ContainerTermination>();
    this.ended = promise;
    this.#end = resolve;
  }

  /** Resolves when its stream has ended. */
  async subscribe(subscribe: executor.Call_Subscribe = {}): Promise<void> {
    this.#stream = new AbortController();
    const { signal } = this.#stream;
    try {
      const response = await this.#http().request({
        ...this.#request({ type: "SUBSCRIBE", subscribe }),
        signal,
      });
      const decoder = new RecordDecoder();
      for await (const chunk of response.chunks()) {
        for (const record of decoder.push(chunk).value ?? []) this.events.push(this.#read(record));
      }
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
    }
  }

  /** Breaks its stream off. */
  disconnect(): void {
    this.#stream.abort();
  }

  /** Resolves with the HTTP status. */
  async report(taskId: string, state: TaskState, message?: string): Promise<number> {
    const status = {
      task_id: { value: taskId },
      executor_id: { value: this.launch.executorId },
      state,
      source: "SOURCE_EXECUTOR" as const,
      uuid: newUuidBytes(),
      timestamp: Date.now() / 1000,
      ...(message === undefined ? {} : { message }),
    };
    return await this.call({ type: "UPDATE", update: { status } });
  }

  async call(call: Omit<executor.Call, "executor_id" | "framework_id">): Promise<number> {
    const response = await this.#http().request(this.#request(call));
    await response.body();
    return response.status;
  }

  async event(type: executor.Event["type"]): Promise<executor.Event> {
    return await waitFor(`event ${type}`, () => this.events.find((each) => each.type === type));
  }

  /** Its container is gone. */
  end(termination: ContainerTermination): void {
    this.hasEnded = true;
    this.disconnect();
    this.#end(termination);
  }

  #request(call: Omit<executor.Call, "executor_id" | "framework_id">) {
    const { executorId, frameworkId } = this.launch;
    const type = this.#format === "json" ? jsonType : protobufType;
    return {
      method: "POST",
      url: this.#url,
      headers: { "Content-Type": type, Accept: type },
      body: encodeBody(executor.Call, this.#format, {
        executor_id: { value: executorId },
        framework_id: { value: frameworkId },
        ...call,
      }),
    };
  }

  #read(record: Uint8Array): executor.Event {
    const event =
      this.#format === "json"
        ? messageFromJson(executor.Event, JSON.parse(Buffer.from(record).toString()))
        : decodeMessage(executor.Event, record);
    if (event.value === undefined) throw new Error(`unreadable event: ${event.error}`);
    return event.value;
  }
}

function newUuidBytes(): Uint8Array {
  return Buffer.from(crypto.randomUUID().replaceAll("-", ""), "hex");
}
