/**
 * Many agents in one process, which speak to a master as real ones do: they register, come back to a
 * new leader with their tasks, answer pings, and ask again with a growing random delay when nobody
 * answers (`--registration_backoff_factor` of a second, at most a minute). They run nothing.
 */
import { createHash } from "node:crypto";
import {
  decodeMessage,
  encodeMessage,
  type FrameworkInfo,
  internal,
  type LibprocessMessage,
  type Resource,
  type Task,
  type Upid,
} from "@tavola/protocol";
import { AgentsOnAddresses, agentCapabilities, type PlacedAgent } from "./agents-on-addresses.ts";

/** Where a master listens. */
export interface MasterAddress {
  readonly host: string;
  readonly port: number;
}

export interface FleetOptions {
  readonly agents: number;
  /** Addresses that they share. */
  readonly addressesMax: number;
  readonly tasksPerAgent: number;
  /** Of all tasks. */
  readonly framework: FrameworkInfo;
}

interface Agent extends PlacedAgent {
  id: string | undefined;
  /** The leader that has taken it; others have still to. */
  takenBy: string | undefined;
  retry: NodeJS.Timeout | undefined;
  /** What it says when it comes back; the same however often it asks. */
  reregistration: Uint8Array | undefined;
}

const backoffMs = 1000;
const backoffMsMax = 60_000;

export class AgentFleet {
  readonly #options: FleetOptions;
  readonly #agents: AgentsOnAddresses<Agent>;
  #master: Upid | undefined;
  #missing = 0;
  #onAllTaken: () => void = () => {};
  /** Messages that asked to be taken in, those asked again included. */
  asked = 0;
  /** Agents that were told to go. */
  shutDown = 0;

  private constructor(options: FleetOptions, agents: AgentsOnAddresses<Agent>) {
    this.#options = options;
    this.#agents = agents;
    agents.received = (agent, message) => this.#received(agent, message);
  }

  static async open(options: FleetOptions): Promise<AgentFleet> {
    const beforeItAsks = {
      id: undefined,
      takenBy: undefined,
      retry: undefined,
      reregistration: undefined,
    };
    const agents = await AgentsOnAddresses.open<Agent>({
      ...options,
      agentAt: (place) => ({ ...place, ...beforeItAsks }),
    });
    return new AgentFleet(options, agents);
  }

  get addresses(): number {
    return this.#agents.addresses;
  }

  get missing(): number {
    return this.#missing;
  }

  /** All turn to this leader, each within `firstDelayMsMax`. Resolves when it has taken the last one. */
  follow({ host, port }: MasterAddress, firstDelayMsMax = backoffMs): Promise<void> {
    this.#master = { id: "master", host, port };
    this.#missing = this.#agents.all.length;
    for (const agent of this.#agents.all) {
      clearTimeout(agent.retry);
      agent.takenBy = undefined;
      this.#askLater(agent, firstDelayMsMax, 2 * backoffMs);
    }
    return new Promise((resolve) => {
      this.#onAllTaken = resolve;
    });
  }

  /**
   * Encodes what each will say when it comes back. Real agents do so each on a machine of its own, so
   * that it is no part of what a failover costs.
   */
  prepareToReregister(): void {
    for (const agent of this.#agents.all) {
      if (agent.id === undefined) throw new Error("only registered agents come back");
      const message = this.#reintroduction(agent, agent.id);
      agent.reregistration = encodeMessage(internal.ReregisterSlaveMessage, message);
    }
  }

  /** The leader is gone: nobody is asked until there is another. */
  lose(): void {
    this.#master = undefined;
    for (const agent of this.#agents.all) clearTimeout(agent.retry);
  }

  close(): void {
    this.lose();
    this.#agents.close();
  }

  #askLater(agent: Agent, delayMsMax: number, nextDelayMsMax: number): void {
    agent.retry = setTimeout(() => {
      this.#ask(agent);
      this.#askLater(agent, nextDelayMsMax, Math.min(2 * nextDelayMsMax, backoffMsMax));
    }, Math.random() * delayMsMax);
  }

  #ask(agent: Agent): void {
    const master = this.#master;
    if (master === undefined) return;
    this.asked += 1;
    const type =
      agent.reregistration === undefined
        ? internal.RegisterSlaveMessage
        : internal.ReregisterSlaveMessage;
    const body =
      agent.reregistration ?? encodeMessage(internal.RegisterSlaveMessage, introduction(agent));
    agent.address.send(agent.process, master, type.typeName, body);
  }

  #reintroduction(agent: Agent, id: string): internal.ReregisterSlaveMessage {
    const { tasksPerAgent, framework } = this.#options;
    const { slave, ...rest } = introduction(agent);
    const tasks: Task[] = [];
    for (let n = 0; n < tasksPerAgent; n += 1) {
      tasks.push(runningTask(`${agent.index}-${n}`, id, framework));
    }
    const frameworks = tasksPerAgent === 0 ? [] : [framework];
    return { slave: { ...slave, id: { value: id } }, ...rest, tasks, frameworks };
  }

  #received(agent: Agent, { name, body }: LibprocessMessage): void {
    const { address, process } = agent;
    const master = this.#master;
    if (master === undefined) return;
    switch (name) {
      case internal.PingSlaveMessage.typeName:
        address.send(process, master, internal.PongSlaveMessage.typeName, new Uint8Array(0));
        return;
      case internal.SlaveRegisteredMessage.typeName:
        agent.id = decodeMessage(internal.SlaveRegisteredMessage, body).value?.slave_id.value;
        this.#taken(agent, master);
        return;
      case internal.SlaveReregisteredMessage.typeName:
        this.#taken(agent, master);
        return;
      case internal.ShutdownMessage.typeName:
        this.shutDown += 1;
        return;
      default:
    }
  }

  #taken(agent: Agent, { host, port }: Upid): void {
    const leader = `${host}:${port}`;
    if (agent.takenBy === leader) return;
    agent.takenBy = leader;
    clearTimeout(agent.retry);
    this.#missing -= 1;
    if (this.#missing === 0) this.#onAllTaken();
  }
}

const resources: readonly Resource[] = [
  { name: "cpus", type: "SCALAR", scalar: { value: 20 } },
  { name: "mem", type: "SCALAR", scalar: { value: 10_240 } },
  { name: "disk", type: "SCALAR", scalar: { value: 100_000 } },
  { name: "ports", type: "RANGES", ranges: { range: [{ begin: 31_000, end: 32_000 }] } },
];

const resourceVersion = Uint8Array.from({ length: 16 }, (_, i) => (i === 6 ? 0x40 : i));

function introduction({ index, address }: Agent): internal.RegisterSlaveMessage {
  return {
    slave: {
      hostname: `agent-${index}.example`,
      port: address.port,
      resources,
      attributes: [{ name: "rack", type: "TEXT", text: { value: `r${index % 100}` } }],
      checkpoint: true,
    },
    version: "1.12.0",
    agent_capabilities: agentCapabilities,
    resource_version_uuid: { value: resourceVersion },
  };
}

const taskResources: readonly Resource[] = [
  { name: "cpus", type: "SCALAR", scalar: { value: 0.1 }, allocation_info: { role: "*" } },
  { name: "mem", type: "SCALAR", scalar: { value: 32 }, allocation_info: { role: "*" } },
];

/** As an agent keeps a command task that runs, with its newest status; no two updates have one uuid. */
function runningTask(id: string, agentId: string, framework: FrameworkInfo): Task {
  const task_id = { value: id };
  const agent_id = { value: agentId };
  const uuid = createHash("sha1").update(id).digest().subarray(0, 16);
  return {
    name: "bench",
    task_id,
    framework_id: framework.id ?? { value: "" },
    agent_id,
    state: "TASK_RUNNING",
    resources: taskResources,
    statuses: [
      {
        task_id,
        state: "TASK_RUNNING",
        source: "SOURCE_EXECUTOR",
        agent_id,
        executor_id: task_id,
        timestamp: 1_795_228_857.936,
        uuid,
        container_status: {
          container_id: { value: `2d1a0f7e-63c9-4f08-9d33-${id.padStart(12, "0")}` },
          network_infos: [{ ip_addresses: [{ ip_address: "127.0.0.1" }] }],
          executor_pid: 4711,
        },
      },
    ],
    status_update_state: "TASK_RUNNING",
    status_update_uuid: uuid,
    labels: { labels: [{ key: "service", value: "web" }] },
    user: "root",
  };
}
