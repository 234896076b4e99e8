/**
 * A whole cluster as `tavola up` starts it: real processes on free ports of loopback.
 *
 * Everything it writes is below one temporary folder, which goes when it stops. Stopping waits for
 * the process to end by itself; one that does not is killed and reported as an error.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readProcesses } from "@tavola/host";
import { eventually } from "./eventually.ts";

export interface ClusterOptions {
  /** Default 2. */
  readonly agents?: number;
  /** Default 0: what is not about services needs none. */
  readonly schedulers?: number;
  /** Default 0: what is not about finding services needs none. */
  readonly discoveries?: number;
  /** Default: none. Its rules: a file, or a branch of a repository; "" is an empty file of the cluster's own. */
  readonly frontdoorRules?: string;
  /** Further arguments of `tavola up`. */
  readonly arguments?: readonly string[];
  /** How long the cluster may take to be ready, and to end. Default 30 s. */
  readonly boundMs?: number;
}

export interface Cluster {
  /** `http://127.0.0.1:port`; of several, the one that led first. */
  readonly master: string;
  readonly masters: readonly string[];
  readonly agents: readonly string[];
  /** Context path included; undefined without schedulers. */
  readonly scheduler?: string;
  /** Of the first discovery server; undefined without any. */
  readonly discovery?: string;
  /** Where the front door takes requests; undefined without one. */
  readonly frontdoor?: string;
  /** Of the `tavola up` process. */
  readonly pid: number;
  readonly workDir: string;
  /** Path of the file in which it says, as JSON, where everything is; kept true while it is up. */
  readonly readyFile: string;
  /**
   * Process id of the daemon that is called so in the logs (`master-2`, `agent-1`; a lone master is
   * `master`), undefined while it is not running: one that ended is started again under another.
   */
  pidOf(daemon: string): number | undefined;
  /** All that it has printed so far. */
  output(): string;
  /** Ends it and removes its folder. Throws when it had to be killed or ended with an error. */
  stop(): Promise<void>;
}

/** The root of the repository. */
export const repositoryRoot = join(import.meta.dirname, "../..");

/** The `tavola` command in this checkout, as an argv to append to. */
export const tavolaCommand: readonly string[] = [
  process.execPath,
  join(repositoryRoot, "cli/src/main.ts"),
];

interface ReadyFile {
  readonly master: string;
  readonly masters: readonly string[];
  readonly agents: readonly string[];
  readonly scheduler?: string;
  readonly discovery?: string;
  readonly frontdoor?: string;
  readonly pid: number;
}

export async function startCluster(
  options: ClusterOptions = {},
  command: readonly string[] = tavolaCommand,
): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), "tavola-cluster-"));
  const readyFile = join(folder, "ready.json");
  const workDir = join(folder, "work");
  const boundMs = options.boundMs ?? 30_000;
  const [program = process.execPath, ...args] = [
    ...command,
    "up",
    "--ports=auto",
    `--ready-file=${readyFile}`,
    `--work-dir=${workDir}`,
    `--agents=${options.agents ?? 2}`,
    `--schedulers=${options.schedulers ?? 0}`,
    `--discoveries=${options.discoveries ?? 0}`,
    ...frontdoorArguments(options),
    ...(options.arguments ?? []),
  ];
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let spawnError: Error | undefined;
  child.once("error", (error) => {
    spawnError = error;
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const stop = async (): Promise<void> => {
    try {
      await end(child, boundMs, () => output);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  try {
    const ready = await eventually(
      "the cluster to be ready",
      () => (ended(child) ? "ended" : (JSON.parse(readFileSync(readyFile, "utf8")) as ReadyFile)),
      { boundMs },
    );
    if (ready === "ended") {
      throw spawnError ?? new Error(`tavola up ended early, with ${howItEnded(child)}`);
    }
    const pidOf = (daemon: string) => pidOfChild(ready.pid, daemon);
    return { ...ready, workDir, readyFile, pidOf, output: () => output, stop };
  } catch (error) {
    await stop().catch(() => undefined);
    await allPrinted(child);
    throw new Error(`cannot start a cluster:\n${output}`, { cause: error });
  }
}

function frontdoorArguments({
  discoveries = 0,
  frontdoorRules: rules,
}: ClusterOptions): readonly string[] {
  if (discoveries === 0) return [];
  if (rules === undefined) return ["--no-frontdoor"];
  return rules === "" ? [] : [`--frontdoor-rules=${rules}`];
}

function pidOfChild(parent: number, daemon: string): number | undefined {
  const isIt = (words: readonly string[]) =>
    words.includes(`--log-name=${daemon}`) || (daemon === "master" && words.includes("master"));
  return readProcesses().find((entry) => {
    if (entry.parent !== parent) return false;
    try {
      return isIt(readFileSync(`/proc/${entry.pid}/cmdline`, "utf8").split("\0"));
    } catch {
      return false; // It has just ended.
    }
  })?.pid;
}

function ended(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function howItEnded({ exitCode, signalCode }: ChildProcess): string {
  return signalCode ?? `exit code ${exitCode}`;
}

/** What it printed last may arrive after its end; whoever it left behind may never let go of its output. */
async function allPrinted({ stdout, stderr }: ChildProcess): Promise<void> {
  const isAll = () => (stdout?.closed === true && stderr?.closed === true) || undefined;
  await eventually("all of what was printed", isAll, { boundMs: 1_000 }).catch(() => undefined);
}

async function end(child: ChildProcess, boundMs: number, output: () => string): Promise<void> {
  const exited = new Promise<void>((resolve) => {
    if (ended(child)) resolve();
    else child.once("exit", () => resolve());
  });
  child.kill("SIGTERM");
  const bound = setTimeout(() => child.kill("SIGKILL"), boundMs);
  await exited;
  clearTimeout(bound);
  if (child.exitCode !== 0) {
    throw new Error(`tavola up ended with ${howItEnded(child)}:\n${output()}`);
  }
}
