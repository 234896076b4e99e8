/**
 * A framework: its scheduler's process, started again whenever it ends, and the store that outlives it.
 */

import type { FrameworkInfo } from "@tavola/protocol";
import type { Network } from "../world/network.ts";
import { type HostClock, SimulatedProcess } from "../world/process.ts";
import type { Circumstances } from "./circumstances.ts";
import { FrameworkRecords } from "./framework-records.ts";
import { FrameworkWill } from "./framework-will.ts";
import type { Ledger } from "./ledger.ts";
import { SimulatedFramework } from "./simulated-framework.ts";
import { Supervisor } from "./supervisor.ts";

const weekSeconds = 7 * 24 * 3600;
const shortSeconds = { min: 4, max: 40 } as const;
const forgetfulShare = 0.5;

export interface FrameworkHostParts {
  readonly network: Network;
  readonly ledger: Ledger;
  readonly name: string;
  readonly host: string;
  readonly hostClock: HostClock;
  readonly masters: readonly string[];
  readonly circumstances: Circumstances;
}

export class FrameworkHost {
  readonly name: string;
  readonly host: string;
  readonly hostClock: HostClock;
  readonly records = new FrameworkRecords();
  readonly will: FrameworkWill;
  readonly supervisor: Supervisor;
  readonly info: FrameworkInfo;
  readonly #parts: FrameworkHostParts;
  #scheduler: SimulatedFramework | undefined;
  #starts = 0;

  constructor(parts: FrameworkHostParts) {
    this.#parts = parts;
    const { network, ledger, name, host, hostClock, masters, circumstances } = parts;
    const { world } = network;
    this.name = name;
    this.host = host;
    this.hostClock = hostClock;
    this.will = new FrameworkWill(world.dice(`will of ${name}`));
    const random = world.dice(`kind of ${name}`);
    const isForgetful = circumstances.hasForgetfulFrameworks && random.next() < forgetfulShare;
    const shortBy = random.next() * (shortSeconds.max - shortSeconds.min);
    this.info = {
      user: "root",
      name,
      roles: [`role-${name}`],
      checkpoint: !isForgetful,
      failover_timeout: circumstances.hasShortFailovers ? shortSeconds.min + shortBy : weekSeconds,
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

  get failoverTimeoutMs(): number {
    return (this.info.failover_timeout ?? 0) * 1000;
  }

  /** Its scheduler tears it down, as soon as it can; after that it begins anew. */
  end(): void {
    this.#parts.ledger.forget(this.name);
    this.records.isEnding = true;
    this.scheduler?.tearDown();
  }

  /** Undefined while it is down. */
  get scheduler(): SimulatedFramework | undefined {
    return this.supervisor.process === undefined ? undefined : this.#scheduler;
  }
}
