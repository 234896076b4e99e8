/**
 * A framework: its scheduler's process, started again whenever it ends, and the store that outlives it.
 */

import type { FrameworkInfo } from "@tavola/protocol";
import type { Network } from "../world/network.ts";
import { type HostClock, SimulatedProcess } from "../world/process.ts";
import { FrameworkRecords } from "./framework-records.ts";
import { FrameworkWill } from "./framework-will.ts";
import type { Ledger } from "./ledger.ts";
import { SimulatedFramework } from "./simulated-framework.ts";
import { Supervisor } from "./supervisor.ts";

const weekSeconds = 7 * 24 * 3600;

export interface FrameworkHostParts {
  readonly network: Network;
  readonly ledger: Ledger;
  readonly name: string;
  readonly host: string;
  readonly hostClock: HostClock;
  readonly masters: readonly string[];
}

export class FrameworkHost {
  readonly name: string;
  readonly host: string;
  readonly hostClock: HostClock;
  readonly records = new FrameworkRecords();
  readonly will: FrameworkWill;
  readonly supervisor: Supervisor;
  readonly info: FrameworkInfo;
  #scheduler: SimulatedFramework | undefined;
  #starts = 0;

  constructor(parts: FrameworkHostParts) {
    const { network, ledger, name, host, hostClock, masters } = parts;
    const { world } = network;
    this.name = name;
    this.host = host;
    this.hostClock = hostClock;
    this.will = new FrameworkWill(world.dice(`will of ${name}`));
    this.info = {
      user: "root",
      name,
      roles: [`role-${name}`],
      checkpoint: true,
      failover_timeout: weekSeconds,
      capabilities: [
        { type: "MULTI_ROLE" },
        { type: "RESERVATION_REFINEMENT" },
        ...(this.will.isPartitionAware ? [{ type: "PARTITION_AWARE" } as const] : []),
      ],
    };
    this.supervisor = new Supervisor(world, name, () => {
      this.#starts += 1;
      const process = new SimulatedProcess(world, `${name} #${this.#starts}`, host, hostClock);
      const { info, records, will } = this;
      const framework = { network, process, ledger, records, info, masters, will };
      this.#scheduler = new SimulatedFramework(framework);
      return process;
    });
  }

  /** Undefined while it is down. */
  get scheduler(): SimulatedFramework | undefined {
    return this.supervisor.process === undefined ? undefined : this.#scheduler;
  }
}
