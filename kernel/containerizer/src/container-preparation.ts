/**
 * What happens before a container runs: its user, its place, its record on disk, its URIs; and what
 * is said when that fails.
 */

import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { CodedError, type ContainerId, describeError } from "@tavola/base";
import { makeDirectory, writeFileAtomically } from "@tavola/host";
import { boundsOf } from "./cgroups/cgroup-limits.ts";
import { commandLineOf } from "./command-line.ts";
import type { Container } from "./container.ts";
import { type ContainerRecord, writeContainerRecord } from "./container-record.ts";
import { resolveUser } from "./container-user.ts";
import type { ContainerLaunch } from "./containerizer.ts";
import type { Fetcher } from "./fetcher/fetcher.ts";
import type { Launcher } from "./launcher.ts";
import { containerDirectory } from "./runtime-directory.ts";
import type { ShimRequest } from "./shim/shim.ts";
import type { ShimProgram } from "./shim/shim-program.ts";

export interface PreparationParts {
  readonly runtimeDir: string;
  readonly launcher: Launcher;
  readonly fetcher: Fetcher;
  readonly shim: Promise<ShimProgram>;
}

/**
 * Sets the container's record as soon as there is something to clean up. Rejects with a CodedError,
 * or with the reason of `container.aborting`.
 */
export async function prepareContainer(
  parts: PreparationParts,
  container: Container,
  launch: ContainerLaunch,
): Promise<ContainerRecord> {
  const { signal } = container.aborting;
  const record = await makePlace(parts, container, launch);
  await parts.fetcher.fetch({
    containerId: container.id,
    uris: launch.command.uris ?? [],
    sandbox: launch.directory,
    user: record.user,
    directory: record.place.directory,
    shim: record.shim,
    signal,
  });
  signal.throwIfAborted();
  return record;
}

async function makePlace(
  { runtimeDir, launcher, shim }: PreparationParts,
  container: Container,
  launch: ContainerLaunch,
): Promise<ContainerRecord> {
  const { id } = container;
  const user = resolveUser(launch.user);
  const program = await shim;
  const directory = containerDirectory(runtimeDir, id);
  mkdirSync(directory, { recursive: true });
  const bounds = boundsOf(launch.resources, launch.limits);
  const place = await launcher.prepare(id, directory, bounds);
  container.record = {
    containerId: id,
    kind: launch.kind,
    agentId: launch.agentId,
    frameworkId: launch.frameworkId,
    executorId: launch.executorId,
    sandbox: launch.directory,
    ...(user !== undefined && { user }),
    environment: launch.environment,
    place,
    shim: program,
    resources: launch.resources,
    ...(launch.limits !== undefined && { limits: launch.limits }),
  };
  writeContainerRecord(container.record);
  return container.record;
}

/** A custom executor's process. */
export function processRequest(launch: ContainerLaunch, record: ContainerRecord): ShimRequest {
  return {
    place: record.place,
    ...commandLineOf(launch.command),
    environment: record.environment,
    cwd: launch.directory,
    stdout: join(launch.directory, "stdout"),
    stderr: join(launch.directory, "stderr"),
    ...(record.user !== undefined && { user: record.user }),
  };
}

/** `forked.pid`: of the executor's process, or of the host where it has none of its own. */
export async function checkpointPid(
  { checkpointPidPath }: ContainerLaunch,
  pid: number | undefined,
): Promise<void> {
  if (checkpointPidPath === undefined || pid === undefined) return;
  await makeDirectory(dirname(checkpointPidPath));
  // After a power cut it would mean nothing.
  await writeFileAtomically(checkpointPidPath, String(pid), { durable: false });
}

const tellingCodes = ["FETCH_FAILED", "UNKNOWN_USER", "CANNOT_SWITCH_USER", "SHIM_UNAVAILABLE"];

/** Fit for a task's status, whatever went wrong: causes are in the message. */
export function launchError(id: ContainerId, signal: AbortSignal, cause: unknown): CodedError {
  if (signal.aborted && signal.reason instanceof CodedError) return signal.reason;
  if (cause instanceof CodedError && tellingCodes.includes(cause.code)) return cause;
  return new CodedError("CONTAINER_LAUNCH_FAILED", describeError(cause), { id });
}
