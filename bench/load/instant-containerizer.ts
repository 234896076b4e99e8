/**
 * A containerizer whose executors report at once: nothing is run, everything of the agent is real.
 *
 * Each launch makes an executor object, as the executor host does for command tasks: it subscribes
 * to the agent's v1 executor API, answers LAUNCH with an UPDATE to TASK_RUNNING, and stays until it
 * is told to go. It lives in the agent's process and hands its calls to what serves the agent's port,
 * in the bytes that would be on the wire, so that no processor time goes to sockets of executors that
 * do not exist. What is left out beside them is what a container costs: cgroups, shim, command.
 */
import type { ContainerId } from "@tavola/base";
import type { Containerizer, ContainerLaunch, ContainerTermination } from "@tavola/containerizer";
import type { HttpHandler, HttpRequest, HttpResponse, StreamSink } from "@tavola/host";
import {
  decodeMessage,
  encodeMessage,
  executor,
  protobufType,
  RecordDecoder,
} from "@tavola/protocol";

interface Container {
  readonly ended: Promise<ContainerTermination>;
  readonly end: (termination: ContainerTermination) => void;
}

type Call = Pick<executor.Call, "type" | "subscribe" | "update">;

export class InstantContainerizer implements Containerizer {
  readonly #containers = new Map<ContainerId, Container>();
  readonly #agent: HttpHandler;

  /** `agent` is what answers on the agent's port. */
  constructor(agent: HttpHandler) {
    this.#agent = agent;
  }

  async launch(launch: ContainerLaunch): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<ContainerTermination>();
    const container: Container = { ended: promise, end: resolve };
    this.#containers.set(launch.containerId, container);
    // As in real life, the executor is on its own from here on; the launch does not wait for it.
    setImmediate(() => void this.#subscribe(container, launch));
  }

  async #subscribe(container: Container, launch: ContainerLaunch): Promise<void> {
    const ids = {
      executor_id: { value: launch.executorId },
      framework_id: { value: launch.frameworkId },
    };
    const call = async (rest: Call): Promise<HttpResponse> =>
      this.#agent(requestOf(encodeMessage(executor.Call, { ...ids, ...rest })));
    const response = await call({ type: "SUBSCRIBE", subscribe: {} });
    if (!("stream" in response)) {
      throw new Error(`executor's SUBSCRIBE was answered with ${response.status}`);
    }
    response.stream(
      eventSink(container, (event) => {
        const { type, launch: launched } = event;
        if (type === "SHUTDOWN" || type === "KILL") container.end({ status: 0 });
        if (launched === undefined) return;
        const update = runningUpdate(launched.task.task_id, ids.executor_id);
        void call({ type: "UPDATE", update }).then(({ status }) => {
          if (status !== 202) throw new Error(`executor's UPDATE was answered with ${status}`);
        });
      }),
    );
  }

  /** Nothing outlives this process. */
  async recover(
    known: readonly ContainerId[],
  ): Promise<ReadonlyMap<ContainerId, ContainerTermination>> {
    return new Map(known.map((id) => [id, {}]));
  }

  welcome(): void {}

  async wait(id: ContainerId): Promise<ContainerTermination> {
    return this.#containers.get(id)?.ended ?? {};
  }

  async destroy(id: ContainerId): Promise<void> {
    this.#containers.get(id)?.end({ status: 0 });
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
    for (const { end } of this.#containers.values()) end({ status: 0 });
  }
}

/** The executor's end of its stream. It closes when its container ends. */
function eventSink(container: Container, onEvent: (event: executor.Event) => void): StreamSink {
  const decoder = new RecordDecoder();
  let isClosed = false;
  const close = (): void => {
    isClosed = true;
  };
  return {
    get closed() {
      return isClosed;
    },
    write(chunk) {
      if (isClosed) return "closed";
      for (const record of decoder.push(chunk as Uint8Array).value ?? []) {
        const event = decodeMessage(executor.Event, record).value;
        if (event !== undefined) onEvent(event);
      }
      return "written";
    },
    end: close,
    onClose(run) {
      void container.ended.then(() => {
        if (!isClosed) run();
        close();
      });
    },
  };
}

function runningUpdate(
  task_id: executor.Call_Update["status"]["task_id"],
  executor_id: { readonly value: string },
): executor.Call_Update {
  return {
    status: {
      task_id,
      state: "TASK_RUNNING",
      source: "SOURCE_EXECUTOR",
      uuid: nextUuid(),
      executor_id,
      timestamp: Date.now() / 1000,
    },
  };
}

const unaborted = new AbortController().signal;
const noQuery = new URLSearchParams();
const headers = { "content-type": protobufType, accept: protobufType };

function requestOf(body: Uint8Array): HttpRequest {
  return {
    method: "POST",
    path: "/slave(1)/api/v1/executor",
    query: noQuery,
    headers,
    remoteAddress: "127.0.0.1",
    body: async () => body,
    signal: unaborted,
  };
}

/** Version 4 by the bits that say so; they need be no more than different from one another. */
const lastUuid = Buffer.from("00000000000040008000000000000000", "hex");

function nextUuid(): Uint8Array {
  lastUuid.writeUInt32BE(lastUuid.readUInt32BE(12) + 1, 12);
  return Uint8Array.from(lastUuid);
}
