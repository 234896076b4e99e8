/** Containerizers for tests: a runtime directory of their own, everything real but the executor host. */

import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { asId, type ContainerId } from "@tavola/base";
import { createMetrics, newUuid, readProcesses, silentLogger, systemClock } from "@tavola/host";
import type { CommandInfo, Resource } from "@tavola/protocol";
import type { Containerizer, ContainerLaunch } from "../containerizer.ts";
import { type ContainerizerOptions, createContainerizer } from "../create-containerizer.ts";
import { commandLineOfProcess } from "../process-place.ts";
import { containersDirectory } from "../runtime-directory.ts";
import { untilTrue } from "./until.ts";

const fakeHostCommand: readonly string[] = [
  process.execPath,
  join(import.meta.dirname, "fake-host.ts"),
];

export function optionsIn(
  root: string,
  more: Partial<ContainerizerOptions> = {},
): ContainerizerOptions {
  return {
    runtimeDir: join(root, "run"),
    launcher: "posix",
    cgroupsRoot: `tavola-test-${newUuid().slice(0, 8)}`,
    executorHost: { command: fakeHostCommand },
    clock: systemClock(),
    logger: silentLogger,
    metrics: createMetrics(),
    ...more,
  };
}

/** Closed after the test with its containers; no process may then know of its runtime directory. */
export async function openContainerizer(
  t: TestContext,
  options: ContainerizerOptions,
): Promise<Containerizer> {
  const containerizer = await createContainerizer(options);
  t.after(async () => {
    await Promise.all(containerizer.containers().map((id) => containerizer.destroy(id)));
    await containerizer.close();
    await untilTrue("everybody to leave", () => processesOn(options.runtimeDir).length === 0);
  });
  return containerizer;
}

/** Pids of shims, hosts and whoever else was told of a runtime directory. */
function processesOn(runtimeDir: string): number[] {
  return readProcesses()
    .filter(({ pid }) => commandLineOfProcess(pid).some((word) => word.includes(runtimeDir)))
    .map(({ pid }) => pid);
}

export function scalars(values: Readonly<Record<string, number>>): Resource[] {
  return Object.entries(values).map(([name, value]) => ({
    name,
    type: "SCALAR",
    scalar: { value },
  }));
}

export function shell(value: string): CommandInfo {
  return { shell: true, value };
}

/** A custom executor that is any command at all. */
export function launchIn(
  root: string,
  command: CommandInfo,
  more: Partial<ContainerLaunch> = {},
): ContainerLaunch {
  const containerId = asId<ContainerId>(newUuid());
  const directory = join(root, "sandboxes", containerId);
  mkdirSync(directory, { recursive: true });
  return {
    containerId,
    agentId: asId("agent"),
    frameworkId: asId("framework"),
    executorId: asId("executor"),
    kind: "process",
    command,
    directory,
    environment: { PATH: "/usr/local/bin:/usr/bin:/bin", MESOS_SANDBOX: directory },
    resources: scalars({ cpus: 0.5, mem: 64 }),
    executorInfo: { executor_id: { value: "executor" } },
    frameworkInfo: { user: "root", name: "framework" },
    ...more,
  };
}

/** Names of containers that have something on disk. */
export function containersOnDisk(options: ContainerizerOptions): string[] {
  return readdirSync(containersDirectory(options.runtimeDir));
}
