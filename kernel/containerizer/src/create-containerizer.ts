/**
 * Puts a containerizer together for this machine: which launcher, which isolators, which shim. What an
 * earlier agent with the same runtime directory left is not touched before `recover`.
 */

import { mkdir } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import { minuteMs } from "@tavola/base";
import {
  type Clock,
  createHttpClient,
  detectCgroupMounts,
  type HttpClient,
  type Logger,
  type Metrics,
} from "@tavola/host";
import { CgroupLauncher } from "./cgroups/cgroup-launcher.ts";
import { type CgroupLayout, type Controller, detectCgroupLayout } from "./cgroups/cgroup-layout.ts";
import {
  enterCgroups,
  makeCgroups,
  ownCgroups,
  supervisionCgroups,
} from "./cgroups/supervision.ts";
import type { Containerizer } from "./containerizer.ts";
import { HostLink } from "./executor-host/host-link.ts";
import { Fetcher } from "./fetcher/fetcher.ts";
import {
  type Isolation,
  isolationRefused,
  type LauncherName,
  limitableBy,
  parseIsolation,
} from "./isolation.ts";
import type { Launcher } from "./launcher.ts";
import { LocalContainerizer } from "./local-containerizer.ts";
import { PosixLauncher } from "./posix/posix-launcher.ts";
import { ProcessSnapshot } from "./posix/process-snapshot.ts";
import { containersDirectory } from "./runtime-directory.ts";
import { prepareShim, type ShimProgram } from "./shim/shim-program.ts";

export interface ContainerizerOptions {
  /** Of one agent alone; see runtime-directory.ts. Made if missing. */
  readonly runtimeDir: string;
  /** Default: what the isolators need, and cgroups where this machine has them for us. */
  readonly launcher?: LauncherName;
  /** `--isolation`; default: `cgroups/cpu,cgroups/mem` where that works, else `posix/cpu,posix/mem`. */
  readonly isolation?: string;
  /** Default "/sys/fs/cgroup". */
  readonly cgroupsHierarchy?: string;
  /** Default "mesos". */
  readonly cgroupsRoot?: string;
  readonly cgroupsEnableCfs?: boolean;
  readonly cgroupsLimitSwap?: boolean;
  /** Default one minute. */
  readonly cgroupsDestroyTimeoutMs?: number;
  readonly executorHost: {
    /** Starts one; `--runtime_dir=…` is added. */
    readonly command: readonly string[];
    /** Its own environment; default: a plain PATH. */
    readonly environment?: Readonly<Record<string, string>>;
  };
  readonly fetcher?: {
    /** Default one minute. */
    readonly stallTimeoutMs?: number;
    readonly frameworksHome?: string;
  };
  readonly logger: Logger;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** For tests: which forms of the shim may be used. */
  readonly shimForms?: readonly ShimProgram["form"][];
}

const defaults = {
  hierarchy: "/sys/fs/cgroup",
  root: "mesos",
  plainEnvironment: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
} as const;

/** Rejects with CodedError ISOLATION_UNSUPPORTED when the flags ask for what this machine lacks. */
export async function createContainerizer(options: ContainerizerOptions): Promise<Containerizer> {
  const { clock, logger, metrics, runtimeDir, executorHost } = options;
  await mkdir(containersDirectory(runtimeDir), { recursive: true, mode: 0o755 });
  const isolating = await chooseIsolation(options);
  const shimCgroups = await prepareShimCgroups(options, isolating);
  const http = createHttpClient();
  const hostLink = new HostLink({
    runtimeDir,
    command: executorHost.command,
    environment: executorHost.environment ?? defaults.plainEnvironment,
    onEnded: (id) => containerizer.hostedEnded(id),
    onConnected: () => containerizer.hostConnected(),
    onStarted: (pid) => enterCgroups(shimCgroups, pid),
    http,
    clock,
    logger,
  });
  const shim = prepareShim({
    buildDirectory: runtimeDir,
    logger,
    ...(options.shimForms !== undefined && { forms: options.shimForms }),
  });
  // Whoever launches first is told.
  shim.catch(() => {});
  const containerizer = new LocalContainerizer({
    runtimeDir,
    launcher: createLauncher(options, isolating, shimCgroups),
    fetcher: createFetcher(options, http),
    hostLink,
    http,
    shim,
    machine: { cpus: availableParallelism(), memoryBytes: totalmem() },
    limitableResources: limitableBy(isolating.isolation),
    enableCfs: options.cgroupsEnableCfs ?? false,
    destroyMsMax: options.cgroupsDestroyTimeoutMs ?? minuteMs,
    clock,
    logger,
    destroyErrors: metrics.counter("containerizer/mesos/container_destroy_errors"),
  });
  return containerizer;
}

interface ChosenIsolation {
  readonly isolation: Isolation;
  /** Where the launcher is linux's. */
  readonly layout?: CgroupLayout;
}

async function chooseIsolation(options: ContainerizerOptions): Promise<ChosenIsolation> {
  const { launcher, isolation, logger } = options;
  if (isolation === undefined && launcher !== "posix" && process.getuid?.() === 0) {
    const wanted: Isolation = { launcher: "linux", cpu: "cgroups", memory: "cgroups" };
    const layout = await layoutFor(wanted, options);
    if (layout.error === undefined) return { isolation: wanted, layout: layout.value };
    logger.info({ reason: layout.error }, "no cgroups; resources are measured, not enforced");
  }
  const parsed = parseIsolation(isolation ?? "posix/cpu,posix/mem", launcher);
  if (parsed.error !== undefined) throw isolationRefused(parsed.error);
  if (parsed.value.launcher === "posix") return { isolation: parsed.value };
  const layout = await layoutFor(parsed.value, options);
  if (layout.error !== undefined) {
    throw isolationRefused(
      `${layout.error}; use --launcher=posix --isolation=posix/cpu,posix/mem, or give --cgroups_hierarchy`,
    );
  }
  return { isolation: parsed.value, layout: layout.value };
}

function layoutFor(isolation: Isolation, options: ContainerizerOptions) {
  const controllers = new Set<Controller>(["freezer"]);
  if (isolation.cpu === "cgroups") controllers.add("cpu").add("cpuacct");
  if (isolation.memory === "cgroups") controllers.add("memory");
  return detectCgroupLayout({
    hierarchy: options.cgroupsHierarchy ?? defaults.hierarchy,
    root: options.cgroupsRoot ?? defaults.root,
    controllers,
  });
}

/** Nothing where a launcher without cgroups is asked for, or nothing ties us. */
async function prepareShimCgroups(
  { cgroupsRoot = defaults.root }: ContainerizerOptions,
  { layout }: ChosenIsolation,
): Promise<readonly string[]> {
  if (layout === undefined) return [];
  const paths = supervisionCgroups(detectCgroupMounts(), ownCgroups(), cgroupsRoot);
  await makeCgroups(paths);
  return paths;
}

function createLauncher(
  options: ContainerizerOptions,
  { isolation, layout }: ChosenIsolation,
  shimCgroups: readonly string[],
): Launcher {
  const { clock } = options;
  const snapshot = new ProcessSnapshot(clock);
  const destroyMsMax = options.cgroupsDestroyTimeoutMs ?? minuteMs;
  if (layout === undefined) return new PosixLauncher({ clock, snapshot, destroyMsMax });
  return new CgroupLauncher({
    layout,
    isolation,
    enableCfs: options.cgroupsEnableCfs ?? false,
    limitSwap: options.cgroupsLimitSwap ?? false,
    destroyMsMax,
    machineMemoryBytes: totalmem(),
    shimCgroups,
    clock,
    snapshot,
  });
}

function createFetcher(
  { clock, metrics, fetcher }: ContainerizerOptions,
  http: HttpClient,
): Fetcher {
  return new Fetcher({
    http,
    clock,
    metrics,
    stallMsMax: fetcher?.stallTimeoutMs ?? minuteMs,
    frameworksHome: fetcher?.frameworksHome ?? "",
  });
}
