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
import { Violation } from "../world/world.ts";
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

/** Says which of the agents that were here is the present one. */
const latestPath = `${workDir}/meta/slaves/latest`;

/** There before the agent, as on a machine that somebody has set up. */
const directories = ["/", "/var", "/var/lib", workDir, `${workDir}/meta`];

export class AgentHost {
  readonly machine: Machine;
  readonly supervisor: Supervisor;
  readonly #parts: AgentHostParts;
  readonly #flags: AgentFlags;
  /** While an operator gives it up. */
  #end: "asked" | "off" | "retire" | "replace" | undefined;

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

  /** An agent of its own is there, and nobody is about to take it away. */
  canBeGivenUp(): boolean {
    return this.#end === undefined && !this.supervisor.isRetired && this.agentId() !== undefined;
  }

  /** Its machine runs no more until it is given up. */
  switchOff(): void {
    this.#end = "off";
    this.supervisor.hold("is switched off");
    this.machine.losePower();
  }

  /** The id that the operator gives up, which is to be marked gone. */
  givesUp(): string {
    this.#end ??= "asked";
    return this.agentId() ?? "";
  }

  /**
   * It is marked gone. If it runs, or is switched on again as it was, it has to end by itself, with all
   * that it runs; then it is taken away, or another agent comes in its place.
   */
  givenUp(isRetired: boolean): void {
    const wasOff = this.#end === "off";
    this.#end = isRetired ? "retire" : "replace";
    if (!wasOff) return;
    if (this.machine.world.dice(`${this.host} switched on`).next() < 0.5) this.#leaves();
    this.supervisor.release();
  }

  #exited(code: number): void {
    if (code !== 0 || (this.#end !== "retire" && this.#end !== "replace")) return;
    const left = [...this.machine.containers.values()].filter(({ hasEnded }) => !hasEnded);
    if (left.length > 0) {
      const what = `the agent on ${this.host}, marked gone, ended and left ${left.length} containers`;
      this.machine.world.fail(new Violation("gone-agents", what));
    }
    this.#leaves();
  }

  #leaves(): void {
    if (this.#end === "retire") {
      this.machine.losePower();
      this.supervisor.retire();
    } else {
      this.machine.world.note(`${this.host} becomes another agent`);
      this.#removeLatest();
    }
    this.#end = undefined;
  }

  /** As often as it takes, on a disk that fails now and then. */
  #removeLatest(): void {
    const { disk } = this.machine;
    const faults = { ...disk.faults };
    Object.assign(disk.faults, { isFull: false, writeFailure: 0, syncFailure: 0 });
    const operators = disk.attach();
    operators.remove(latestPath);
    operators.syncNow(`${workDir}/meta/slaves`);
    operators.detach();
    Object.assign(disk.faults, faults);
  }

  /** As its disk has it; undefined before it has one. */
  agentId(): string | undefined {
    const disk = this.machine.disk.attach();
    const target = disk.readLink(latestPath);
    disk.detach();
    return target?.slice(target.lastIndexOf("/") + 1);
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
      machineLoad: () => machine.load(),
      soon,
      detector: detectorOf(store, process),
      containerizer: containerizerOf(machine, process),
      openEndpoint: endpointsOf(machine.network, process, this.#seams()),
    }).then(
      ({ exited }) => {
        void exited.then(({ code, reason }) => {
          if (!process.isAlive) return;
          process.end(`exited ${code}: ${reason}`);
          this.#exited(code);
        });
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
