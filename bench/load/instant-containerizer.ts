/**
 * A containerizer whose executors report at once: nothing is run, everything else is real.
 *
 * Each launch makes an executor object, as the executor host does for command tasks: it subscribes
 * to the agent's v1 executor API over a streaming connection of its own, answers LAUNCH with an
 * UPDATE to TASK_RUNNING, and stays until it is told to go. UPDATE calls go over one connection for
 * all. What is left out is what a container costs: directories of the launcher, cgroups, shim, command.
 */
import type { ContainerId } from "@tavola/base";
import type { Containerizer, ContainerLaunch, ContainerTermination } from "@tavola/containerizer";
import {
  decodeMessage,
  encodeMessage,
  executor,
  protobufType,
  RecordDecoder,
} from "@tavola/protocol";
import { RawConnection } from "./raw-http.ts";

const path = "/slave(1)/api/v1/executor";
const headers = { "Content-Type": protobufType, Accept: protobufType };

interface Container {
  readonly ended: Promise<ContainerTermination>;
  readonly end: (termination: ContainerTermination) => void;
  connection: RawConnection | undefined;
}

export class InstantContainerizer implements Containerizer {
  readonly #containers = new Map<ContainerId, Container>();
  #calls: Promise<RawConnection> | undefined;

  async launch(launch: ContainerLaunch): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<ContainerTermination>();
    const container: Container = { ended: promise, end: resolve, connection: undefined };
    this.#containers.set(launch.containerId, container);
    const agentUrl = `http://${launch.environment["MESOS_AGENT_ENDPOINT"]}`;
    this.#calls ??= RawConnection.open(agentUrl);
    // As in real life, the executor is on its own from here on; the launch does not wait for it.
    void this.#subscribe(container, launch, agentUrl);
  }

  async #subscribe(container: Container, launch: ContainerLaunch, agentUrl: string): Promise<void> {
    const connection = await RawConnection.open(agentUrl);
    container.connection = connection;
    connection.onBroken = () => container.end({ status: 0 });
    const calls = await (this.#calls as Promise<RawConnection>);
    const ids = {
      executor_id: { value: launch.executorId },
      framework_id: { value: launch.frameworkId },
    };
    const call = (rest: Pick<executor.Call, "type" | "subscribe" | "update">): Uint8Array =>
      encodeMessage(executor.Call, { ...ids, ...rest });
    const decoder = new RecordDecoder();
    const subscribe = { path, headers, body: call({ type: "SUBSCRIBE", subscribe: {} }) };
    const { status } = await connection.stream(subscribe, (chunk) => {
      for (const record of decoder.push(chunk).value ?? []) {
        const event = decodeMessage(executor.Event, record).value;
        const task = event?.launch?.task;
        if (event?.type === "SHUTDOWN" || event?.type === "KILL") this.#end(launch.containerId);
        if (task === undefined) continue;
        const update = {
          status: {
            task_id: task.task_id,
            state: "TASK_RUNNING",
            source: "SOURCE_EXECUTOR",
            uuid: nextUuid(),
            executor_id: ids.executor_id,
            timestamp: Date.now() / 1000,
          },
        } as const;
        void calls
          .post({ path, headers, body: call({ type: "UPDATE", update }) })
          .then((answer) => {
            if (answer.status === 202) return;
            throw new Error(`executor's UPDATE was answered with ${answer.status}`);
          });
      }
    });
    if (status !== 200) throw new Error(`executor's SUBSCRIBE was answered with ${status}`);
  }

  #end(id: ContainerId): void {
    const container = this.#containers.get(id);
    container?.connection?.close();
    container?.end({ status: 0 });
  }

  async wait(id: ContainerId): Promise<ContainerTermination> {
    return this.#containers.get(id)?.ended ?? {};
  }

  async destroy(id: ContainerId): Promise<void> {
    this.#end(id);
  }

  async update(): Promise<void> {}

  usage(): never {
    throw new Error("an instant container uses nothing");
  }

  async status(): Promise<Record<string, never>> {
    return {};
  }

  containers(): readonly ContainerId[] {
    return [...this.#containers.keys()];
  }

  async close(): Promise<void> {
    for (const id of this.#containers.keys()) this.#end(id);
    (await this.#calls)?.close();
  }
}

/** Version 4 by the bits that say so; they need be no more than different from one another. */
const lastUuid = Buffer.from("00000000000040008000000000000000", "hex");

function nextUuid(): Uint8Array {
  lastUuid.writeUInt32BE(lastUuid.readUInt32BE(12) + 1, 12);
  return Uint8Array.from(lastUuid);
}
