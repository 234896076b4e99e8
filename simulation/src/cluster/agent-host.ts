/**
 * An agent: the real one, on a simulated machine, started again whenever it ends.
 */

import { type AgentFlags, agentFlags, startAgent } from "@tavola/agent";
import type { MemoryCoordination } from "@tavola/coordination";
import { type AttachedDisk, parseFlags } from "@tavola/host";
import type { HostClock, SimulatedProcess } from "../world/process.ts";
import { endpointsOf } from "../world/simulated-endpoint.ts";
import { agentPort } from "./addresses.ts";
import { daemonLogger } from "./daemon-logger.ts";
import type { Machine } from "./machine.ts";
import type { PlantedFaults } from "./planted-faults.ts";
import { containerizerOf } from "./simulated-containerizer.ts";
import { detectorOf } from "./simulated-detector.ts";
import { machineFilesOf } from "./simulated-machine-files.ts";
import { Supervisor } from "./supervisor.ts";

export interface AgentHostParts {
  readonly machine: Machine;
  readonly store: MemoryCoordination;
  readonly planted: PlantedFaults;
  /** As on a command line. */
  readonly resources: string;
}

const workDir = "/var/lib/tavola";
/** There before the agent, as on a machine that somebody has set up. */
const directories = ["/", "/var", "/var/lib", workDir, `${workDir}/meta`];

export class AgentHost {
  readonly machine: Machine;
  readonly supervisor: Supervisor;
  readonly #parts: AgentHostParts;
  readonly #flags: AgentFlags;

  constructor(parts: AgentHostParts) {
    this.machine = parts.machine;
    this.#parts = parts;
    this.#flags = flagsOf(parts);
    const { world, host, disk } = parts.machine;
    const installer = disk.attach();
    installer.makeDirectories(`${workDir}/meta`);
    for (const path of directories) installer.syncNow(path);
    installer.detach();
    this.supervisor = new Supervisor(world, `agent ${host}`, () => this.#start());
  }

  get hostClock(): HostClock {
    return this.machine.hostClock;
  }

  get host(): string {
    return this.machine.host;
  }

  #start(): SimulatedProcess {
    const { machine } = this;
    const process = machine.spawn("agent");
    const disk: AttachedDisk = machine.disk.attach();
    process.onEnd(() => disk.detach());
    startAgent({
      flags: this.#flags,
      logger: daemonLogger(process),
      clock: process.clock,
      random: process.random,
      environment: {},
      disk,
      bootId: machine.bootId,
      machineFiles: machineFilesOf(disk),
      soon: (run) => void process.clock.after(0, run),
      detector: detectorOf(this.#parts.store, process),
      containerizer: containerizerOf(machine, process),
      openEndpoint: endpointsOf(machine.network, process),
    }).then(
      ({ exited }) => {
        void exited.then(({ code, reason }) => process.end(`exited ${code}: ${reason}`));
      },
      (error: unknown) => process.end(`could not start: ${error}`),
    );
    return process;
  }
}

function flagsOf({ machine, resources }: AgentHostParts): AgentFlags {
  const { value, error } = parseFlags(agentFlags, {
    arguments: [
      "--master=10.0.0.1:5050", // not asked: a detector is given
      `--work_dir=${workDir}`,
      `--ip=${machine.host}`,
      `--port=${agentPort}`,
      `--hostname=${machine.host}`,
      `--resources=${resources}`,
      "--no-switch_user",
      "--isolation=posix/cpu,posix/mem",
    ],
    environment: {},
  });
  if (value === undefined) throw new Error(error);
  return value.values;
}
