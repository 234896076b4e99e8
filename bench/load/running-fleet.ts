/**
 * Many agents in one process that "run" whatever they are sent: a task is running as soon as it comes,
 * and killed as soon as that is asked. For measuring what schedules; nothing is executed.
 *
 * They speak to the master as agents do (libprocess: registration, pings, tasks, status updates), on
 * fewer addresses than there are agents. Each calls itself by an address of its own of the loopback
 * network, where it answers who asks about its tasks (`agent-answers.ts`).
 */
import {
  decodeMessage,
  encodeMessage,
  internal,
  type LibprocessMessage,
  type TaskState,
  type Upid,
} from "@tavola/protocol";
import { AgentAnswers } from "./agent-answers.ts";
import { AgentsOnAddresses, agentCapabilities, type PlacedAgent } from "./agents-on-addresses.ts";

export interface RunningFleetOptions {
  readonly agents: number;
  readonly addressesMax: number;
  readonly cpusPerAgent: number;
  readonly memoryMbPerAgent: number;
}

interface Agent extends PlacedAgent {
  /** Where it is asked. */
  readonly ip: string;
  readonly port: number;
  id: string | undefined;
  /** Of whatever it runs: there is one. */
  frameworkId: string;
  readonly taskIds: Set<string>;
  retry: NodeJS.Timeout | undefined;
}

interface RunningTask {
  readonly agent: Agent;
  readonly frameworkId: string;
}

const retryMs = 2000;

export class RunningFleet {
  readonly #options: RunningFleetOptions;
  readonly #agents: AgentsOnAddresses<Agent>;
  readonly #answers: AgentAnswers;
  readonly #tasks = new Map<string, RunningTask>();
  #master: Upid = { id: "master", host: "127.0.0.1", port: 0 };
  #updates = 0;
  /** Told of every task that comes. */
  onTask: () => void = () => {};

  private constructor(
    options: RunningFleetOptions,
    agents: AgentsOnAddresses<Agent>,
    answers: AgentAnswers,
  ) {
    this.#options = options;
    this.#agents = agents;
    this.#answers = answers;
    agents.received = (agent, message) => this.#received(agent, message);
  }

  static async open(options: RunningFleetOptions): Promise<RunningFleet> {
    const agents = await AgentsOnAddresses.open<Agent>({
      ...options,
      agentAt: (place) => ({
        ...place,
        ip: `127.1.${place.index >> 8}.${place.index & 255}`,
        port: place.address.port,
        id: undefined,
        frameworkId: "",
        taskIds: new Set(),
        retry: undefined,
      }),
    });
    return new RunningFleet(options, agents, await AgentAnswers.open(agents.all));
  }

  /** Tasks that run. */
  get running(): number {
    return this.#tasks.size;
  }

  get registered(): number {
    return this.#agents.all.filter(({ id }) => id !== undefined).length;
  }

  /** All ask to be taken in, now. */
  register(masterUrl: string): void {
    const { hostname, port } = new URL(masterUrl);
    this.#master = { id: "master", host: hostname, port: Number(port) };
    for (const agent of this.#agents.all) this.#ask(agent);
  }

  close(): void {
    for (const agent of this.#agents.all) clearTimeout(agent.retry);
    this.#agents.close();
    this.#answers.close();
  }

  #ask(agent: Agent): void {
    const body = encodeMessage(internal.RegisterSlaveMessage, this.#introduction(agent));
    agent.address.send(agent.process, this.#master, internal.RegisterSlaveMessage.typeName, body);
    agent.retry = setTimeout(() => this.#ask(agent), retryMs);
  }

  #introduction({ index, ip, port }: Agent): internal.RegisterSlaveMessage {
    const { cpusPerAgent, memoryMbPerAgent } = this.#options;
    return {
      slave: {
        hostname: ip,
        port,
        resources: [
          { name: "cpus", type: "SCALAR", scalar: { value: cpusPerAgent } },
          { name: "mem", type: "SCALAR", scalar: { value: memoryMbPerAgent } },
          { name: "disk", type: "SCALAR", scalar: { value: 100_000 } },
          { name: "ports", type: "RANGES", ranges: { range: [{ begin: 31_000, end: 32_000 }] } },
        ],
        attributes: [{ name: "rackid", type: "TEXT", text: { value: `r${index % 20}` } }],
        checkpoint: true,
      },
      version: "1.12.0",
      agent_capabilities: agentCapabilities,
      resource_version_uuid: { value: this.#uuid() },
    };
  }

  #received(agent: Agent, { name, body }: LibprocessMessage): void {
    const { address, process } = agent;
    switch (name) {
      case internal.PingSlaveMessage.typeName:
        address.send(process, this.#master, internal.PongSlaveMessage.typeName, new Uint8Array(0));
        return;
      case internal.SlaveRegisteredMessage.typeName:
        clearTimeout(agent.retry);
        agent.id = decodeMessage(internal.SlaveRegisteredMessage, body).value?.slave_id.value;
        return;
      case internal.RunTaskMessage.typeName:
        this.#run(agent, body);
        return;
      case internal.KillTaskMessage.typeName:
        this.#kill(body);
        return;
      default:
    }
  }

  #run(agent: Agent, body: Uint8Array): void {
    const { value } = decodeMessage(internal.RunTaskMessage, body);
    const frameworkId = value?.framework_id?.value ?? value?.framework.id?.value;
    if (value === undefined || frameworkId === undefined) throw new Error("not a task");
    const taskId = value.task.task_id.value;
    this.#tasks.set(taskId, { agent, frameworkId });
    agent.frameworkId = frameworkId;
    agent.taskIds.add(taskId);
    this.#update(taskId, { agent, frameworkId }, "TASK_RUNNING");
    this.onTask();
  }

  #kill(body: Uint8Array): void {
    const taskId = decodeMessage(internal.KillTaskMessage, body).value?.task_id.value ?? "";
    const task = this.#tasks.get(taskId);
    if (task === undefined) return;
    this.#tasks.delete(taskId);
    task.agent.taskIds.delete(taskId);
    this.#update(taskId, task, "TASK_KILLED");
  }

  #update(taskId: string, { agent, frameworkId }: RunningTask, state: TaskState): void {
    const slave_id = { value: agent.id ?? "" };
    const uuid = this.#uuid();
    const timestamp = Date.now() / 1000;
    const body = encodeMessage(internal.StatusUpdateMessage, {
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
      pid: `${agent.process}@127.0.0.1:${agent.address.port}`,
    });
    agent.address.send(agent.process, this.#master, internal.StatusUpdateMessage.typeName, body);
  }

  #uuid(): Uint8Array {
    const uuid = new Uint8Array(16);
    new DataView(uuid.buffer).setUint32(12, ++this.#updates);
    uuid[6] = 0x40;
    uuid[8] = 0x80;
    return uuid;
  }
}
