/**
 * Many agents on fewer addresses: where each is, and whom a message is for.
 *
 * Each has a libprocess id of its own (`slave(1)`…`slave(n)`); n of them share an address. A real agent
 * has one of its own, which costs its master two sockets, and a process here may hold 20,000 file
 * descriptors, of which an address takes three in this one.
 */
import type { LibprocessMessage } from "@tavola/protocol";
import { AgentAddress } from "./agent-connections.ts";

export interface PlacedAgent {
  readonly index: number;
  readonly address: AgentAddress;
  /** libprocess id. */
  readonly process: string;
}

export interface AgentsOptions<A extends PlacedAgent> {
  readonly agents: number;
  /** Addresses that they share. */
  readonly addressesMax: number;
  readonly agentAt: (place: PlacedAgent) => A;
}

/** What every one of them can do. */
export const agentCapabilities = [
  { type: "MULTI_ROLE" },
  { type: "HIERARCHICAL_ROLE" },
  { type: "RESERVATION_REFINEMENT" },
] as const;

export class AgentsOnAddresses<A extends PlacedAgent> {
  readonly all: A[] = [];
  /** Told of every message to one of them. */
  received: (agent: A, message: LibprocessMessage) => void = () => {};
  readonly #addresses: AgentAddress[] = [];

  private constructor() {}

  static async open<A extends PlacedAgent>({
    agents,
    addressesMax,
    agentAt,
  }: AgentsOptions<A>): Promise<AgentsOnAddresses<A>> {
    const opened = new AgentsOnAddresses<A>();
    const byProcess = new Map<string, A>();
    const count = Math.min(addressesMax, agents);
    for (let i = 0; i < count; i += 1) {
      const address = await AgentAddress.open(({ port }, message) => {
        const agent = byProcess.get(`${message.to}@${port}`);
        if (agent !== undefined) opened.received(agent, message);
      });
      opened.#addresses.push(address);
    }
    for (let index = 0; index < agents; index += 1) {
      const address = opened.#addresses[index % count] as AgentAddress;
      const process = `slave(${Math.floor(index / count) + 1})`;
      const agent = agentAt({ index, address, process });
      opened.all.push(agent);
      byProcess.set(`${process}@${address.port}`, agent);
    }
    return opened;
  }

  get addresses(): number {
    return this.#addresses.length;
  }

  close(): void {
    for (const address of this.#addresses) address.close();
  }
}
