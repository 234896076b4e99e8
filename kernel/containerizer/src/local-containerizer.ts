/**
 * Containers as process trees of this machine.
 *
 * Owns their lives: launch (place, URIs, start), the watch over memory, the end whoever brings it
 * about, and cleaning up so that nothing is left. How processes are held and measured is a launcher's,
 * how URIs come a fetcher's; the executor host is met through its link.
 */

import { existsSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { CodedError, type ContainerId, describeError } from "@tavola/base";
import {
  type Clock,
  type Counter,
  type FileLock,
  type HttpClient,
  type Logger,
  signalTree,
} from "@tavola/host";
import type { ContainerStatus, Resource, ResourceStatistics } from "@tavola/protocol";
import { boundsOf } from "./cgroups/cgroup-limits.ts";
import { OomWatch } from "./cgroups/oom-watch.ts";
import { Container } from "./container.ts";
import {
  checkpointPid,
  launchError,
  type PreparationParts,
  prepareContainer,
  processRequest,
} from "./container-preparation.ts";
import { type ContainerRecord, writeContainerRecord } from "./container-record.ts";
import { lockRuntimeDirectory, recoverContainers } from "./container-recovery.ts";
import { type Machine, usageOf } from "./container-usage.ts";
import type {
  Containerizer,
  ContainerLaunch,
  ContainerTermination,
  ResourceLimits,
} from "./containerizer.ts";
import type { HostLink } from "./executor-host/host-link.ts";
import { readHostedEnd } from "./executor-host/host-protocol.ts";
import { oomKillsOf, signalContainer } from "./process-place.ts";
import { containerDirectory, readShimPid, type ShimRecord } from "./runtime-directory.ts";
import { adoptShim, type RunningShim, shimChildPid, startShim } from "./shim/shim.ts";

export interface LocalContainerizerParts extends PreparationParts {
  readonly hostLink: HostLink;
  /** Closed with the containerizer. */
  readonly http: HttpClient;
  readonly machine: Machine;
  readonly limitableResources: ReadonlySet<string>;
  readonly enableCfs: boolean;
  /** How long the end of a container may take once it is asked for. */
  readonly destroyMsMax: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly destroyErrors: Counter;
}

/** Ends that are remembered for those who ask late. */
const endedMax = 1000;

export class LocalContainerizer implements Containerizer {
  readonly limitableResources: ReadonlySet<string>;
  readonly #parts: LocalContainerizerParts;
  readonly #containers = new Map<ContainerId, Container>();
  readonly #ended = new Map<ContainerId, Promise<ContainerTermination>>();
  readonly #oomWatch: OomWatch;
  /** An agent that may not start must not tidy up behind the one that runs. */
  #isUsed = false;
  #lock: FileLock | undefined;
  #isClosed = false;

  constructor(parts: LocalContainerizerParts) {
    this.#parts = parts;
    this.limitableResources = parts.limitableResources;
    this.#oomWatch = new OomWatch({
      clock: parts.clock,
      onKilled: (id) => void this.#memoryExhausted(id),
    });
  }

  async launch(launch: ContainerLaunch): Promise<void> {
    const id = launch.containerId;
    this.#isUsed = true;
    if (this.#containers.has(id)) {
      throw new CodedError("CONTAINER_EXISTS", `Container ${id} is already there`, { id });
    }
    const container = new Container(id);
    this.#containers.set(id, container);
    try {
      await this.#start(container, launch);
    } catch (cause) {
      const error = launchError(id, container.aborting.signal, cause);
      container.message ??= error.message;
      if (this.#isClosed) throw error;
      if (container.phase === "running") await this.#kill(container);
      else await this.#end(container, undefined);
      await container.terminated;
      throw error;
    }
  }

  wait(id: ContainerId): Promise<ContainerTermination> {
    return (
      this.#containers.get(id)?.terminated ?? this.#ended.get(id) ?? Promise.reject(unknown(id))
    );
  }

  async recover(
    known: readonly ContainerId[],
  ): Promise<ReadonlyMap<ContainerId, ContainerTermination>> {
    const { runtimeDir, logger, hostLink } = this.#parts;
    this.#lock = await lockRuntimeDirectory(runtimeDir);
    this.#isUsed = true;
    const unknown = await recoverContainers(
      {
        runtimeDir,
        logger,
        adopt: (id, record) => this.#adopt(id, record),
        destroy: (id) => this.destroy(id),
        discard: (id) => this.#discard(id),
      },
      known,
    );
    hostLink.open();
    if ([...this.#containers.values()].some(isHosted)) await this.#untilHosted();
    return unknown;
  }

  welcome(): void {
    if (![...this.#containers.values()].some(isHosted)) return;
    this.#parts.hostLink.reconnect().catch((error: unknown) => {
      const reason = describeError(error);
      this.#parts.logger.warn({ reason }, "cannot tell the executor host that the agent is back");
    });
  }

  async destroy(id: ContainerId): Promise<void> {
    const container = this.#containers.get(id);
    if (container === undefined) return;
    container.aborting.abort(
      new CodedError("CONTAINER_DESTROYED", `Container ${id} was destroyed while being launched`),
    );
    if (container.phase === "running") await this.#kill(container);
    await container.terminated;
  }

  async update(
    id: ContainerId,
    resources: readonly Resource[],
    limits?: ResourceLimits,
  ): Promise<void> {
    const container = this.#existing(id);
    const { record } = container;
    if (record === undefined) return;
    await this.#parts.launcher.update(id, boundsOf(resources, limits));
    const { limits: _old, ...rest } = record;
    container.record = { ...rest, resources, ...(limits !== undefined && { limits }) };
    writeContainerRecord(container.record);
  }

  async usage(id: ContainerId): Promise<ResourceStatistics> {
    const { record } = this.#existing(id);
    const { launcher, clock, machine, enableCfs } = this.#parts;
    const measured = record === undefined ? {} : await launcher.measure(id, record.place);
    const bounds = boundsOf(record?.resources ?? [], record?.limits);
    return usageOf(measured, bounds, { now: clock.now(), enableCfs, machine });
  }

  /** `executor_pid` is the task's process where its executor is hosted; absent before it runs. */
  async status(id: ContainerId): Promise<ContainerStatus> {
    this.#existing(id);
    const pid = readShimPid(containerDirectory(this.#parts.runtimeDir, id));
    return { container_id: { value: id }, ...(pid !== undefined && { executor_pid: pid }) };
  }

  containers(): readonly ContainerId[] {
    return [...this.#containers.keys()];
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#oomWatch.close();
    await this.#parts.hostLink.close(this.#containers.size > 0);
    await this.#parts.http.close();
    if (this.#isUsed && this.#containers.size === 0) await this.#parts.launcher.close();
    this.#lock?.release();
    this.#lock = undefined;
  }

  /** So that time that a new host takes is not taken from its executors. */
  async #untilHosted(): Promise<void> {
    try {
      await this.#parts.hostLink.hosted();
    } catch (error) {
      this.#parts.logger.error(
        { error: describeError(error) },
        "executors stay without their host",
      );
    }
  }

  /** A container that an earlier agent left running, or dying. */
  #adopt(id: ContainerId, record: ContainerRecord): void {
    const container = new Container(id);
    this.#containers.set(id, container);
    container.record = record;
    container.move("running");
    this.#oomWatch.add(id, record.place);
    if (record.kind === "hosted") {
      // It may have ended while nobody looked.
      void this.#collectHosted(container);
      return;
    }
    const shim = adoptShim(record.place.directory, this.#parts.clock);
    if (shim === undefined) void this.#end(container, undefined);
    else this.#followShim(container, shim);
  }

  /** Removes what is left of a launch that did not get as far as a record. */
  async #discard(id: ContainerId): Promise<void> {
    const directory = containerDirectory(this.#parts.runtimeDir, id);
    await this.#parts.launcher.destroy(id, { directory, cgroups: [], shimCgroups: [] }, false);
    await rm(directory, { recursive: true, force: true });
  }

  /** The host says that this executor has ended: its end is on disk, unless that is gone. */
  hostedEnded(id: ContainerId): void {
    const container = this.#containers.get(id);
    if (container?.phase !== "running") return;
    void this.#collectHosted(container).then(() => this.#endIfForgotten(container));
  }

  /** It may have ended. */
  #lookForEnd(id: ContainerId): void {
    const container = this.#containers.get(id);
    if (container?.phase === "running") void this.#collectHosted(container);
  }

  /** The host is there (again): whoever ended meanwhile has left word on disk. */
  hostConnected(): void {
    for (const container of this.#containers.values()) {
      if (container.record?.kind === "hosted") this.#lookForEnd(container.id);
    }
  }

  async #start(container: Container, launch: ContainerLaunch): Promise<void> {
    const record = await prepareContainer(this.#parts, container, launch);
    if (launch.kind === "hosted") await this.#startHosted(container, launch);
    else await this.#startProcess(container, launch, record);
    this.#oomWatch.add(container.id, record.place);
  }

  async #startHosted(container: Container, launch: ContainerLaunch): Promise<void> {
    const { hostLink } = this.#parts;
    const { signal } = container.aborting;
    try {
      await hostLink.start(container.id, signal);
      signal.throwIfAborted();
    } catch (error) {
      // The host may have heard of it all the same.
      if (hostLink.pid !== undefined) await hostLink.end(container.id).catch(() => {});
      throw error;
    }
    container.move("running");
    await checkpointPid(launch, hostLink.pid);
    this.#lookForEnd(container.id);
  }

  async #startProcess(
    container: Container,
    launch: ContainerLaunch,
    record: ContainerRecord,
  ): Promise<void> {
    const { signal } = container.aborting;
    const shim = await startShim(record.shim, processRequest(launch, record));
    container.move("running");
    this.#followShim(container, shim);
    if (signal.aborted) {
      container.message ??= describeError(signal.reason);
      await this.#killUntilGone(container, record);
      signal.throwIfAborted();
    }
    if (launch.checkpointPidPath === undefined) return;
    const { clock } = this.#parts;
    await checkpointPid(launch, await shimChildPid(record.place.directory, shim, clock));
  }

  #followShim(container: Container, shim: RunningShim): void {
    container.shimPid = shim.pid;
    void shim.ended.then((end: ShimRecord) => {
      container.message ??= end.error;
      return this.#end(container, end.status);
    });
  }

  async #collectHosted(container: Container): Promise<void> {
    const { record } = container;
    const end = record === undefined ? undefined : await readHostedEnd(record.place.directory);
    if (end === undefined || container.phase !== "running") return;
    container.message ??= end.message;
    await this.#end(container, end.status);
  }

  /**
   * Somebody deleted its directory, so that no end can be recorded there: what is left of it is ended.
   * To be called when the host has done what it can.
   */
  async #endIfForgotten(container: Container): Promise<void> {
    const { record } = container;
    if (container.phase !== "running" || record === undefined) return;
    if (existsSync(record.place.directory)) return;
    const { logger, launcher, runtimeDir } = this.#parts;
    logger.error(
      { containerId: container.id, runtimeDir },
      "a container's directory is gone: nobody knows how it ended",
    );
    container.message ??= "Its runtime directory was deleted while it ran";
    await launcher.destroy(container.id, record.place, false).catch(() => {});
    await this.#end(container, undefined);
  }

  /** The kernel has killed one of its processes: the rest must not go on without it. */
  async #memoryExhausted(id: ContainerId): Promise<void> {
    const container = this.#containers.get(id);
    if (container?.phase !== "running") return;
    this.#parts.logger.info({ containerId: id }, "container has reached its memory limit");
    await this.#noteLimitation(container);
    await this.destroy(id);
  }

  async #noteLimitation(container: Container): Promise<void> {
    if (container.limitation !== undefined || container.record === undefined) return;
    if (oomKillsOf(container.record.place) === 0) return;
    try {
      container.limitation = await this.#parts.launcher.memoryLimitation(container.id);
    } catch (error) {
      this.#parts.logger.warn({ containerId: container.id, error }, "cannot read the memory limit");
    }
  }

  /** Asks for the end; it comes the way every end comes. */
  async #kill(container: Container): Promise<void> {
    const { record } = container;
    if (record === undefined) return;
    if (record.kind === "hosted") {
      try {
        await this.#parts.hostLink.end(container.id);
        await this.#collectHosted(container);
        await this.#endIfForgotten(container);
        return;
      } catch (error) {
        this.#parts.logger.warn(
          { containerId: container.id, error: describeError(error) },
          "the executor host cannot end a container; ending it without",
        );
        await this.#parts.launcher.destroy(container.id, record.place, false).catch(() => {});
        if (container.phase === "running") await this.#end(container, undefined);
        return;
      }
    }
    await this.#killUntilGone(container, record);
  }

  /** Its shim sees it end; again and again, because what forks may slip through one round. */
  async #killUntilGone(container: Container, record: ContainerRecord): Promise<void> {
    const { clock, logger, destroyMsMax } = this.#parts;
    const deadline = clock.now() + destroyMsMax;
    let delayMs = 1;
    while (container.phase === "running" && clock.now() < deadline) {
      signalContainer(record.place, "SIGKILL");
      const pause = Promise.withResolvers<void>();
      const timer = clock.after(delayMs, pause.resolve);
      await Promise.race([container.terminated, pause.promise]);
      timer.cancel();
      delayMs = Math.min(100, delayMs * 2);
    }
    if (container.phase !== "running") return;
    logger.error({ containerId: container.id }, "a container does not end; giving up on its shim");
    if (container.shimPid !== undefined) signalTree(container.shimPid, "SIGKILL");
    await this.#end(container, undefined);
  }

  /** Cleans up and tells. Called once for each container, whatever ended it. */
  async #end(container: Container, status: number | undefined): Promise<void> {
    // Let go of: the end is for whoever comes after us to see.
    if (this.#isClosed || container.phase === "ending" || container.phase === "gone") return;
    container.move("ending");
    const { id, record } = container;
    const { launcher, logger, destroyErrors, runtimeDir } = this.#parts;
    this.#oomWatch.remove(id);
    await this.#noteLimitation(container);
    try {
      // A native shim goes only when everything below it is gone.
      const isOver = status !== undefined && record?.shim.form === "native";
      if (record !== undefined) await launcher.destroy(id, record.place, isOver);
      // PERF: a handful of small files, at once, where each would else be a trip to the thread pool.
      rmSync(containerDirectory(runtimeDir, id), { recursive: true, force: true });
    } catch (error) {
      destroyErrors.increment();
      logger.error({ containerId: id, error: describeError(error) }, "cannot clean up a container");
    }
    this.#containers.delete(id);
    this.#ended.set(id, container.terminated);
    for (const oldest of this.#ended.keys()) {
      if (this.#ended.size <= endedMax) break;
      this.#ended.delete(oldest);
    }
    container.end(status);
  }

  #existing(id: ContainerId): Container {
    const container = this.#containers.get(id);
    if (container === undefined) throw unknown(id);
    return container;
  }
}

function isHosted({ record }: Container): boolean {
  return record?.kind === "hosted";
}

function unknown(id: ContainerId): CodedError {
  return new CodedError("UNKNOWN_CONTAINER", `Unknown container: ${id}`, { id });
}
