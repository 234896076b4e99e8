/**
 * An agent that does as a test says: speaks libprocess to a real master, runs nothing.
 *
 * It registers, answers pings, and reports every task it is given as running, and as killed when it is
 * told to kill it. Acknowledgements are noted. For tests of a master without containers.
 */

import { type Endpoint, openEndpoint, silentLogger, textResponse } from "@tavola/host";
import {
  type AgentInfo,
  decodeMessage,
  encodeMessage,
  internal,
  type LibprocessMessage,
  type MessageType,
  parseUpid,
  type TaskState,
  type Upid,
} from "@tavola/protocol";

const processId = "slave(1)";

export interface ScriptedAgent {
  /** Given by the master once it registered. */
  readonly id: string | undefined;
  /** Ids of tasks whose updates were acknowledged, in order. */
  readonly acknowledged: readonly string[];
  /** Ids of frameworks that the master told it to shut down, in order. */
  readonly frameworksShutDown: readonly string[];
  /** Why the master told it to go, if it did. */
  readonly shutdownReason: string | undefined;
  close(): Promise<void>;
}

/** `master` is `http://ip:port`. Resolves when the agent has asked to register. */
export async function startScriptedAgent(master: string, info: AgentInfo): Promise<ScriptedAgent> {
  const agent = new Agent(master);
  await agent.register(info);
  return agent;
}

class Agent implements ScriptedAgent {
  id: string | undefined;
  shutdownReason: string | undefined;
  readonly acknowledged: string[] = [];
  readonly frameworksShutDown: string[] = [];
  readonly #master: Upid;
  #endpoint: Endpoint | undefined;
  /** Makes each update's uuid another one. */
  #updates = 0;

  constructor(master: string) {
    const { hostname, port } = new URL(master);
    this.#master = { id: "master", host: hostname, port: Number(port) };
  }

  async register(info: AgentInfo): Promise<void> {
    this.#endpoint = await openEndpoint({
      ip: "127.0.0.1",
      port: 0,
      onRequest: () => textResponse(404, "404 Not Found."),
      onMessage: (message) => {
        this.#received(message);
        return "accepted";
      },
      logger: silentLogger,
    });
    this.#send(this.#master, internal.RegisterSlaveMessage, {
      slave: { ...info, port: this.#endpoint.port },
      version: "1.12.0",
      agent_capabilities: [{ type: "MULTI_ROLE" }, { type: "RESERVATION_REFINEMENT" }],
    });
  }

  async close(): Promise<void> {
    await this.#endpoint?.close();
  }

  #received({ name, from, body }: LibprocessMessage): void {
    const types = internal as unknown as Readonly<Record<string, MessageType<never>>>;
    const short = name.slice("mesos.internal.".length);
    const type = types[short];
    const message = type && (decodeMessage(type, body).value as unknown);
    if (message === undefined) throw new Error(`the master sent ${name}, which cannot be read`);
    switch (short) {
      case "SlaveRegisteredMessage":
        this.id = (message as internal.SlaveRegisteredMessage).slave_id.value;
        return;
      case "PingSlaveMessage": {
        const observer = parseUpid(from);
        if (observer !== undefined) this.#send(observer, internal.PongSlaveMessage, {});
        return;
      }
      case "RunTaskMessage": {
        const { framework, task } = message as internal.RunTaskMessage;
        this.#update(framework.id?.value ?? "", task.task_id.value, "TASK_RUNNING");
        return;
      }
      case "KillTaskMessage": {
        const { framework_id, task_id } = message as internal.KillTaskMessage;
        this.#update(framework_id.value, task_id.value, "TASK_KILLED");
        return;
      }
      case "StatusUpdateAcknowledgementMessage": {
        const { task_id } = message as internal.StatusUpdateAcknowledgementMessage;
        this.acknowledged.push(task_id.value);
        return;
      }
      case "ShutdownFrameworkMessage": {
        const { framework_id } = message as internal.ShutdownFrameworkMessage;
        this.frameworksShutDown.push(framework_id.value);
        return;
      }
      case "ShutdownMessage":
        this.shutdownReason = (message as internal.ShutdownMessage).message ?? "";
    }
  }

  #update(frameworkId: string, taskId: string, state: TaskState): void {
    this.#updates += 1;
    const uuid = Buffer.alloc(16, this.#updates);
    const slave_id = { value: this.id ?? "" };
    const timestamp = Date.now() / 1000;
    this.#send(this.#master, internal.StatusUpdateMessage, {
      pid: `${processId}@127.0.0.1:${this.#endpoint?.port}`,
      update: {
        framework_id: { value: frameworkId },
        executor_id: { value: taskId },
        slave_id,
        timestamp,
        uuid,
        latest_state: state,
        status: {
          task_id: { value: taskId },
          state,
          source: "SOURCE_EXECUTOR",
          agent_id: slave_id,
          executor_id: { value: taskId },
          timestamp,
          uuid,
        },
      },
    });
  }

  #send<T>(to: Upid, type: MessageType<T>, message: T): void {
    this.#endpoint?.messenger.send(processId, to, type.typeName, encodeMessage(type, message));
  }
}
