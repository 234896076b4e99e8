/**
 * An agent without tasks: speaks libprocess on a port of its own as a Mesos agent does, and leaves to
 * the test what becomes of what the master sends.
 */

import { type Endpoint, openEndpoint, silentLogger } from "@tavola/host";
import {
  decodeMessage,
  encodeMessage,
  internal,
  internalMessageType,
  type LibprocessMessage,
  type MessageType,
  parseUpid,
  type TaskState,
  type TaskStatus,
} from "@tavola/protocol";
import { registration } from "./core-fixture.ts";
import { waitUntil } from "./wait-until.ts";

/** What the master sent, by its type's name without the package. */
export interface ReceivedMessage {
  readonly name: string;
  readonly message: unknown;
}

export interface FakeAgent {
  readonly pid: string;
  /** Given by the master. */
  readonly id: string;
  /** In order; pings are answered and left out. */
  readonly received: readonly ReceivedMessage[];
  /** The next message of that type that was not yet taken; waits for it. */
  next<T>(type: MessageType<T>): Promise<T>;
  send<T>(type: MessageType<T>, message: T): void;
  /** Reports a task's state as its executor's; resolves to the uuid. */
  report(run: internal.RunTaskMessage, state: TaskState, extra?: Partial<TaskStatus>): Uint8Array;
  close(): Promise<void>;
}

/** Registers with the master at `masterUrl`; resolves when it is told its id. */
export async function startFakeAgent(
  masterUrl: string,
  options: Partial<internal.RegisterSlaveMessage> = {},
): Promise<FakeAgent> {
  const { hostname, port } = new URL(masterUrl);
  const master = { id: "master", host: hostname, port: Number(port) };
  const received: ReceivedMessage[] = [];
  const taken = new Set<ReceivedMessage>();
  let uuids = 0;
  let endpoint: Endpoint | undefined;
  const send = <T>(type: MessageType<T>, message: T, to = master): void => {
    endpoint?.messenger.send("slave(1)", to, type.typeName, encodeMessage(type, message));
  };
  const onMessage = (message: LibprocessMessage): "accepted" => {
    const name = message.name.replace("mesos.internal.", "");
    const from = parseUpid(message.from);
    if (name === "PingSlaveMessage") {
      if (from !== undefined) send(internal.PongSlaveMessage, {}, from);
      return "accepted";
    }
    const type = internalMessageType(message.name);
    if (type === undefined) throw new Error(`the master sent ${message.name}`);
    const decoded = decodeMessage(type, message.body);
    if (decoded.error !== undefined) throw new Error(decoded.error);
    received.push({ name, message: decoded.value });
    return "accepted";
  };
  endpoint = await openEndpoint({
    ip: "127.0.0.1",
    port: 0,
    onRequest: () => ({ status: 404 }),
    onMessage,
    logger: silentLogger,
  });
  const next = async <T>(type: MessageType<T>): Promise<T> => {
    const name = type.typeName.replace("mesos.internal.", "");
    const find = () => received.find((one) => one.name === name && !taken.has(one));
    await waitUntil(() => find() !== undefined, `${name} from the master`);
    const found = find() as ReceivedMessage;
    taken.add(found);
    return found.message as T;
  };
  const asked = registration(options);
  send(internal.RegisterSlaveMessage, {
    ...asked,
    slave: { ...asked.slave, hostname: "localhost", port: endpoint.port },
  });
  const { slave_id: id } = await next(internal.SlaveRegisteredMessage);
  const pid = `slave(1)@${endpoint.ip}:${endpoint.port}`;
  return {
    pid,
    id: id.value,
    received,
    next,
    send,
    report(run, state, extra = {}) {
      uuids += 1;
      const uuid = extra.uuid ?? uuidOf(uuids);
      const executorId = run.task.executor?.executor_id ?? { value: run.task.task_id.value };
      const timestamp = 1_795_228_857.936 + uuids;
      send(internal.StatusUpdateMessage, {
        pid,
        update: {
          framework_id: run.framework.id ?? { value: "" },
          executor_id: executorId,
          slave_id: id,
          timestamp,
          uuid,
          latest_state: state,
          status: {
            task_id: run.task.task_id,
            state,
            source: "SOURCE_EXECUTOR",
            agent_id: id,
            executor_id: executorId,
            timestamp,
            uuid,
            ...extra,
          },
        },
      });
      return uuid;
    },
    close: () => endpoint.close(),
  };
}

function uuidOf(n: number): Uint8Array {
  const uuid = new Uint8Array(16);
  new DataView(uuid.buffer).setUint32(0, n);
  return uuid;
}
