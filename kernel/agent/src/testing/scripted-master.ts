/**
 * A master for tests: a real endpoint on loopback that remembers what it is told and says what the
 * test wants it to.
 *
 * It registers whoever asks, and acknowledges nothing unless told to.
 */

import { type Endpoint, type EndpointOptions, openEndpoint, silentLogger } from "@tavola/host";
import {
  decodeMessage,
  encodeMessage,
  internal,
  type LibprocessMessage,
  type MessageType,
  parseUpid,
  type TaskStatus,
} from "@tavola/protocol";
import { waitFor } from "./wait-until.ts";

export interface ScriptedMasterOptions {
  readonly agentId: string;
  readonly port?: number;
  /** Acknowledge each update as it comes. */
  readonly acknowledges?: boolean;
}

export class ScriptedMaster {
  readonly received: LibprocessMessage[] = [];
  readonly updates: internal.StatusUpdate[] = [];
  readonly #options: ScriptedMasterOptions;
  #endpoint: Endpoint | undefined;
  #agent = "";

  private constructor(options: ScriptedMasterOptions) {
    this.#options = options;
  }

  static async start(options: ScriptedMasterOptions): Promise<ScriptedMaster> {
    const master = new ScriptedMaster(options);
    const onMessage: NonNullable<EndpointOptions["onMessage"]> = (message) => {
      // The body is a view of a buffer that is used again.
      master.#take({ ...message, body: message.body.slice() });
      return "accepted";
    };
    master.#endpoint = await openEndpoint({
      ip: "127.0.0.1",
      port: options.port ?? 0,
      onRequest: () => ({ status: 404 }),
      onMessage,
      logger: silentLogger,
    });
    return master;
  }

  get address(): string {
    const { ip, port } = this.#open();
    return `${ip}:${port}`;
  }

  get port(): number {
    return this.#open().port;
  }

  send<T>(type: MessageType<T>, message: T, fromId = "master"): void {
    const agent = parseUpid(this.#agent);
    if (agent === undefined) throw new Error("no agent has spoken yet");
    this.#open().messenger.send(fromId, agent, type.typeName, encodeMessage(type, message));
  }

  /** The bodies of one type, oldest first. */
  all<T>(type: MessageType<T>): T[] {
    return this.received
      .filter(({ name }) => name === type.typeName)
      .map(({ body }) => decodeMessage(type, body).value as T);
  }

  async next<T>(type: MessageType<T>): Promise<T> {
    return await waitFor(type.typeName, () => this.all(type)[0]);
  }

  /** Once an update in this state has come for the task. */
  async status(taskId: string, state: TaskStatus["state"]): Promise<TaskStatus> {
    return await waitFor(
      `${state} of ${taskId}; came: ${JSON.stringify(this.updates.map(({ status }) => [status.task_id.value, status.state, status.message]))}`,
      () =>
        this.updates.find(({ status }) => status.task_id.value === taskId && status.state === state)
          ?.status,
    );
  }

  acknowledge({ framework_id, slave_id, status, uuid }: internal.StatusUpdate): void {
    if (slave_id === undefined || uuid === undefined) return;
    this.send(internal.StatusUpdateAcknowledgementMessage, {
      slave_id,
      framework_id,
      task_id: status.task_id,
      uuid,
    });
  }

  async close(): Promise<void> {
    await this.#endpoint?.close();
  }

  #open(): Endpoint {
    if (this.#endpoint === undefined) throw new Error("the master is not started");
    return this.#endpoint;
  }

  #take(message: LibprocessMessage): void {
    this.received.push(message);
    this.#agent = message.from;
    const slave_id = { value: this.#options.agentId };
    const connection = { total_ping_timeout_seconds: 75 };
    switch (message.name) {
      case internal.RegisterSlaveMessage.typeName:
        this.send(internal.SlaveRegisteredMessage, { slave_id, connection });
        return;
      case internal.ReregisterSlaveMessage.typeName:
        this.send(internal.SlaveReregisteredMessage, { slave_id, connection });
        return;
      case internal.StatusUpdateMessage.typeName: {
        const { update } = decodeMessage(internal.StatusUpdateMessage, message.body)
          .value as internal.StatusUpdateMessage;
        this.updates.push(update);
        if (this.#options.acknowledges === true) this.acknowledge(update);
        return;
      }
    }
  }
}
