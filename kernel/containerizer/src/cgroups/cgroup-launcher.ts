/**
 * Containers in cgroups: a cgroup of the same name in every hierarchy that is in use.
 *
 * ```
 * version 1   <mount of freezer>/<root>/<id>   <mount of cpu>/…   <mount of memory>/…   …
 * version 2   <mount>/<root>/<id>
 * ```
 *
 * The first one (the freezer's) holds the container's processes whether or not anything limits them,
 * so that all of them can be found and ended. The shim is never in it.
 */

import { mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { rmdir } from "node:fs/promises";
import { join } from "node:path";
import { CodedError, type ContainerId, invariant } from "@tavola/base";
import { type Cgroup, type Clock, cgroupPath, destroyCgroup, readCgroup } from "@tavola/host";
import type { ResourceStatistics } from "@tavola/protocol";
import type { Isolation } from "../isolation.ts";
import type { Launcher, Limitation } from "../launcher.ts";
import type { ProcessSnapshot } from "../posix/process-snapshot.ts";
import { cpuTimeOf, memoryOf } from "../posix/process-statistics.ts";
import { type ProcessPlace, processesOf } from "../process-place.ts";
import {
  type CgroupLayout,
  type Controller,
  containerCgroups,
  controllerCgroup,
  prepareRoot,
  rootCgroups,
} from "./cgroup-layout.ts";
import {
  type Bounds,
  type CgroupWrite,
  cpuWrites,
  memoryWrites,
  oomScoreAdjustmentOf,
} from "./cgroup-limits.ts";
import {
  countProcesses,
  measureCpuTime,
  measureMemory,
  measureThrottling,
} from "./cgroup-statistics.ts";
import { readMemoryLimitation } from "./memory-limitation.ts";

export interface CgroupLauncherOptions {
  readonly layout: CgroupLayout;
  readonly isolation: Isolation;
  readonly enableCfs: boolean;
  readonly limitSwap: boolean;
  readonly destroyMsMax: number;
  readonly machineMemoryBytes: number;
  /** Folders of cgroups for shims, supervision.ts. */
  readonly shimCgroups: readonly string[];
  readonly clock: Clock;
  readonly snapshot: ProcessSnapshot;
}

export class CgroupLauncher implements Launcher {
  readonly #options: CgroupLauncherOptions;

  constructor(options: CgroupLauncherOptions) {
    this.#options = options;
  }

  /** PERF: 30 µs a file, at once; by way of the thread pool it would take several times as long. */
  async prepare(id: ContainerId, directory: string, bounds: Bounds): Promise<ProcessPlace> {
    const { layout, shimCgroups, isolation, machineMemoryBytes } = this.#options;
    // Another agent that shares the root may have removed it when it went.
    if (layout.version === 2) await prepareRoot(layout);
    const cgroups = containerCgroups(layout, id);
    const memory = isolation.memory === "cgroups" ? this.#cgroup("memory", id) : undefined;
    const place: ProcessPlace = {
      directory,
      cgroups: cgroups.map(cgroupPath),
      cgroupVersion: layout.version,
      shimCgroups,
      ...(memory !== undefined && { oomFile: join(cgroupPath(memory), oomControl(layout)) }),
      ...adjustment(memory === undefined ? undefined : bounds, machineMemoryBytes),
    };
    try {
      for (const cgroup of cgroups) mkdirSync(cgroupPath(cgroup), { recursive: true });
      this.#write(id, this.#writes(bounds, undefined));
      return place;
    } catch (cause) {
      await this.destroy(id).catch(() => {});
      throw new CodedError("CGROUP_FAILED", "Cannot make the container's cgroups", {}, { cause });
    }
  }

  async update(id: ContainerId, bounds: Bounds): Promise<void> {
    try {
      this.#write(id, this.#writes(bounds, await this.#memoryLimit(id)));
    } catch (cause) {
      throw new CodedError("CGROUP_FAILED", "Cannot change the container's limits", {}, { cause });
    }
  }

  async measure(id: ContainerId, place: ProcessPlace): Promise<Partial<ResourceStatistics>> {
    const { isolation, enableCfs, snapshot } = this.#options;
    const accounting = this.#cgroup("cpuacct", id);
    const cpu = this.#cgroup("cpu", id);
    const memory = isolation.memory === "cgroups" ? this.#cgroup("memory", id) : undefined;
    const isAllFromCgroups = isolation.cpu === "cgroups" && memory !== undefined;
    const processes = isAllFromCgroups ? [] : snapshot.pick(processesOf(place));
    const [holder] = containerCgroups(this.#options.layout, id);
    invariant(holder !== undefined, "a layout has at least one hierarchy");
    const parts = await Promise.all([
      isolation.cpu === "cgroups" && accounting !== undefined
        ? measureCpuTime(accounting)
        : cpuTimeOf(processes),
      isolation.cpu === "cgroups" && enableCfs && cpu !== undefined ? measureThrottling(cpu) : {},
      memory === undefined ? memoryOf(processes) : measureMemory(memory),
      countProcesses(holder),
    ]);
    return Object.assign({}, ...parts);
  }

  memoryLimitation(id: ContainerId): Promise<Limitation> {
    const memory = this.#cgroup("memory", id);
    invariant(memory !== undefined, "only a container with a memory cgroup runs into its limit");
    return readMemoryLimitation(memory);
  }

  /** PERF: one rmdir a hierarchy where everybody has ended already, which is nearly always. */
  async destroy(id: ContainerId): Promise<void> {
    const { layout, clock, destroyMsMax } = this.#options;
    const cgroups = containerCgroups(layout, id);
    const [freezer] = layout.version === 1 ? cgroups : [];
    for (const cgroup of cgroups) {
      if (isRemoved(cgroup)) continue;
      await destroyCgroup(cgroup, {
        clock,
        withinMs: destroyMsMax,
        ...(freezer !== undefined && { freezer }),
      });
    }
  }

  async close(): Promise<void> {
    const { layout, shimCgroups } = this.#options;
    // Not empty, or not ours to remove: another agent uses it too.
    for (const path of shimCgroups) await rmdir(path).catch(() => {});
    for (const root of rootCgroups(layout)) await rmdir(cgroupPath(root)).catch(() => {});
  }

  #cgroup(controller: Controller, id: ContainerId): Cgroup | undefined {
    return controllerCgroup(this.#options.layout, controller, id);
  }

  #writes(bounds: Bounds, currentLimitBytes: number | undefined): CgroupWrite[] {
    const { layout, isolation, enableCfs, limitSwap } = this.#options;
    const { version } = layout;
    return [
      ...(isolation.cpu === "cgroups" ? cpuWrites(bounds, { version, enableCfs }) : []),
      ...(isolation.memory === "cgroups"
        ? memoryWrites(bounds, { version, limitSwap, currentLimitBytes })
        : []),
    ];
  }

  /** In order: the limits of memory with and without swap depend on each other. */
  #write(id: ContainerId, writes: readonly CgroupWrite[]): void {
    for (const { controller, control, value } of writes) {
      const cgroup = this.#cgroup(controller, id);
      invariant(cgroup !== undefined, `no ${controller} hierarchy for ${control}`);
      // No O_CREAT: a control that the kernel lacks is an error, not a new file.
      writeFileSync(join(cgroupPath(cgroup), control), String(value), { flag: "r+" });
    }
  }

  /** The hard limit in force; Infinity: none. */
  async #memoryLimit(id: ContainerId): Promise<number | undefined> {
    const memory = this.#cgroup("memory", id);
    if (memory === undefined || this.#options.isolation.memory !== "cgroups") return undefined;
    const control = memory.version === 1 ? "memory.limit_in_bytes" : "memory.max";
    const text = (await readCgroup(memory, control))?.trim() ?? "";
    const bytes = Number(text);
    // A container that had no memory so far gets its first limit.
    return Number.isFinite(bytes) && bytes < v1Unlimited ? bytes : undefined;
  }
}

/** Version 1 says "no limit" by a number near 2^63, rounded to pages. */
const v1Unlimited = 2 ** 62;

function oomControl(layout: CgroupLayout): string {
  return layout.version === 1 ? "memory.oom_control" : "memory.events";
}

function adjustment(
  bounds: Bounds | undefined,
  machineBytes: number,
): Pick<ProcessPlace, "oomScoreAdjustment"> {
  const value = bounds === undefined ? undefined : oomScoreAdjustmentOf(bounds, machineBytes);
  return value === undefined ? {} : { oomScoreAdjustment: value };
}

/** False where somebody is still in it, or something below it. */
function isRemoved(cgroup: Cgroup): boolean {
  try {
    rmdirSync(cgroupPath(cgroup));
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}
