/**
 * An agent: the real one, on a simulated machine, started again whenever it ends.
 */

import { type AgentFlags, agentFlags, startAgent } from "@tavola/agent";
import type { MemoryCoordination } from "@tavola/coordination";
import { type AttachedDisk, parseFlags } from "@tavola/host";
import { acknowledgesEarly } from "../planted/early-acknowledgements.ts";
import { sendsUpdatesOnce } from "../planted/lost-messages.ts";
import { saysSyncedEarly } from "../planted/lying-disk.ts";
import type { PlantedFaults } from "../planted/planted-faults.ts";
import type { HostClock, SimulatedProcess } from "../world/process.ts";
import { type EndpointSeams, endpointsOf } from "../world/simulated-endpoint.ts";
import { agentPort, workDir } from "./addresses.ts";
import { daemonLogger } from "./daemon-logger.ts";
import type { Machine } from "./machine.ts";
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
    const { store, planted } = this.#parts;
    const process = machine.spawn("agent");
    const soon = (run: () => void): void => void process.clock.after(0, run);
    const attached: AttachedDisk = machine.disk.attach();
    process.onEnd(() => attached.detach());
    const lies = planted.has("tells-before-durable");
    const disk = lies ? saysSyncedEarly(attached, soon) : attached;
    startAgent({
      flags: this.#flags,
      logger: daemonLogger(process),
      clock: process.clock,
      random: process.random,
      environment: {},
      disk,
      bootId: machine.bootId,
      machineFiles: machineFilesOf(disk),
      soon,
      detector: detectorOf(store, process),
      containerizer: containerizerOf(machine, process),
      openEndpoint: endpointsOf(machine.network, process, this.#seams()),
    }).then(
      ({ exited }) => {
        void exited.then(({ code, reason }) => process.end(`exited ${code}: ${reason}`));
      },
      (error: unknown) => process.end(`could not start: ${error}`),
    );
    return process;
  }

  #seams(): EndpointSeams {
    const { planted } = this.#parts;
    return {
      ...(planted.has("sends-update-once") && { passes: sendsUpdatesOnce() }),
      ...(planted.has("acknowledges-before-checkpoint") && { wrap: acknowledgesEarly }),
    };
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
