/**
 * A master, an agent and a framework on loopback, as processes that can be killed; all gone with `close`.
 *
 * The agent keeps its port, its work directory and its runtime directory over its deaths, as one that a
 * supervisor starts again does. The framework is in the test's own process and keeps all it is told.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { eventually, tavolaCommand } from "@tavola/harness";
import { readProcesses } from "@tavola/host";
import type { ExecutorInfo, Offer, Resource, TaskInfo, TaskStatus } from "@tavola/protocol";
import { connectScheduler, type Scheduler } from "@tavola/sdk";
import { CountingTask, countingCommand } from "../failover/tasks.ts";

const [program = "", ...entry] = tavolaCommand;

const each: readonly Resource[] = [
  { name: "cpus", type: "SCALAR", scalar: { value: 0.1 } },
  { name: "mem", type: "SCALAR", scalar: { value: 32 } },
];

export interface StageOptions {
  /** Of the framework. Default true. */
  readonly checkpoint?: boolean;
  /** Of every start of the agent. */
  readonly agentArguments?: readonly string[];
}

export class Stage {
  readonly folder = mkdtempSync(join(tmpdir(), "tavola-agent-recovery-"));
  readonly tasksFolder = join(this.folder, "tasks");
  /** Of every update, in order of arrival; what is said twice is there twice. */
  readonly statuses: TaskStatus[] = [];
  log = "";
  scheduler: Scheduler | undefined;
  agent: ChildProcess | undefined;
  #master: ChildProcess | undefined;
  #masterPort = 0;
  #agentPort = 0;
  #offers: Offer[] = [];
  #followed: Promise<void> = Promise.resolve();
  readonly #options: StageOptions;

  constructor(options: StageOptions = {}) {
    this.#options = options;
  }

  /** Rejects with the daemons' log when they do not come up. */
  async start(): Promise<void> {
    try {
      await this.#start();
    } catch (error) {
      throw new Error(`the cluster does not come up:\n${this.log}`, { cause: error });
    }
  }

  async #start(): Promise<void> {
    mkdirSync(this.tasksFolder);
    this.#masterPort = await freePort();
    this.#agentPort = await freePort();
    this.#master = this.#spawn("master", `--port=${this.#masterPort}`, "--registry=in_memory");
    this.startAgent();
    await this.untilRegistered();
    this.scheduler = connectScheduler({
      masters: this.master,
      framework: {
        user: userInfo().username,
        name: "recovery",
        roles: ["*"],
        checkpoint: this.#options.checkpoint ?? true,
        failover_timeout: 60,
        capabilities: [{ type: "MULTI_ROLE" }, { type: "PARTITION_AWARE" }],
      },
    });
    this.#followed = this.#follow(this.scheduler);
  }

  get master(): string {
    return `127.0.0.1:${this.#masterPort}`;
  }

  get agentUrl(): string {
    return `http://127.0.0.1:${this.#agentPort}`;
  }

  startAgent(...more: readonly string[]): void {
    this.agent = this.#spawnAgent(this.#agentPort, more);
  }

  /** Another one, on the same directories. */
  startSecondAgent(): ChildProcess {
    return this.#spawnAgent(0, []);
  }

  #spawnAgent(port: number, more: readonly string[]): ChildProcess {
    return this.#spawn(
      "agent",
      `--port=${port}`,
      `--master=${this.master}`,
      `--runtime_dir=${this.folder}/run`,
      "--resources=cpus:4;mem:2048;disk:1000",
      "--registration_backoff_factor=20ms",
      `--cgroups_root=tavola-recovery-${process.pid}`,
      ...(this.#options.agentArguments ?? []),
      ...more,
    );
  }

  async killAgent(): Promise<void> {
    const { agent } = this;
    if (agent === undefined || !isRunning(agent)) return;
    agent.kill("SIGKILL");
    await once(agent, "exit");
  }

  /** What the agent says of itself, once it has recovered and registered. */
  async untilRegistered(): Promise<{ readonly id: string }> {
    return await eventually(
      "the agent to be registered",
      async () => {
        const response = await fetch(`${this.agentUrl}/state`);
        if (response.status !== 200) return undefined;
        const state = (await response.json()) as { readonly id: string };
        const slaves = await fetch(`http://${this.master}/slaves`);
        const known = (await slaves.json()) as {
          readonly slaves: readonly { readonly id: string; readonly active: boolean }[];
        };
        return known.slaves.some(({ id, active }) => id === state.id && active) ? state : undefined;
      },
      { boundMs: 30_000 },
    );
  }

  /** Launches tasks that count, and waits for none; see `launch`. */
  async send(ids: readonly string[], custom: readonly string[] = []): Promise<CountingTask[]> {
    const bound = { boundMs: 30_000 };
    const offer = await eventually("an offer", () => this.#takeOffer(ids.length), bound);
    const tasks = ids.map((id) => this.#task(id, custom.includes(id), offer));
    await this.scheduler?.launch(offer, tasks, { refuse_seconds: 0 });
    return ids.map((id) => new CountingTask(this.tasksFolder, id));
  }

  /** Tasks that count; of those named in `custom` the executor is a process of its own. */
  async launch(ids: readonly string[], custom: readonly string[] = []): Promise<CountingTask[]> {
    const counting = await this.send(ids, custom);
    for (const task of counting) {
      await this.told(task.id, "TASK_RUNNING");
      await eventually(`${task.id} to count`, () => (task.count() > 0 ? task : undefined));
    }
    return counting;
  }

  async told(id: string, state: TaskStatus["state"]): Promise<TaskStatus> {
    try {
      return await eventually(
        `${state} of ${id}`,
        () => this.statuses.find(({ task_id, state: s }) => task_id.value === id && s === state),
        { boundMs: 30_000 },
      );
    } catch (error) {
      const told = this.statuses.map(({ task_id, state: s, message }) => [
        task_id.value,
        s,
        message,
      ]);
      throw new Error(`${String(error)}; told: ${JSON.stringify(told)}`);
    }
  }

  states(id: string): TaskStatus["state"][] {
    return this.statuses.filter(({ task_id }) => task_id.value === id).map(({ state }) => state);
  }

  /** The executor host's; undefined when there is none. */
  hostPid(): number | undefined {
    const marker = `--runtime_dir=${this.folder}/run`;
    return readProcesses().find(({ pid, state }) => {
      if (state === "Z") return false;
      const words = commandLine(pid);
      return words.includes("executor-host") && words.includes(marker);
    })?.pid;
  }

  async close(): Promise<void> {
    await this.scheduler?.teardown().catch(() => {});
    await this.#followed.catch(() => {});
    if (this.agent !== undefined && isRunning(this.agent)) {
      this.agent.kill("SIGUSR1");
      await once(this.agent, "exit");
    }
    if (this.#master !== undefined && isRunning(this.#master)) {
      this.#master.kill("SIGTERM");
      await once(this.#master, "exit");
    }
    await eventually("every process to be gone", () =>
      this.leftBehind().length === 0 ? true : undefined,
    );
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Pids of what was started with something of this stage in its command line. */
  leftBehind(): number[] {
    return readProcesses()
      .filter(({ pid, state }) => pid !== process.pid && state !== "Z")
      .filter(({ pid }) => commandLine(pid).some((word) => word.includes(this.folder)))
      .map(({ pid }) => pid);
  }

  #task(id: string, isCustom: boolean, { agent_id }: Offer): TaskInfo {
    const task: TaskInfo = { name: id, task_id: { value: id }, agent_id, resources: each };
    if (!isCustom) return { ...task, command: { value: countingCommand(this.tasksFolder, id) } };
    const script = join(import.meta.dirname, "../failover/executor-process.ts");
    const executor: ExecutorInfo = {
      type: "CUSTOM",
      executor_id: { value: `executor-${id}` },
      command: { value: `exec ${process.execPath} ${script} ${this.tasksFolder}` },
      resources: each,
    };
    return { ...task, executor };
  }

  /** One that has room for so many, executors of their own included. */
  #takeOffer(count: number): Offer | undefined {
    const found = this.#offers.find(({ resources = [] }) => {
      const cpus = resources.find(({ name }) => name === "cpus")?.scalar?.value ?? 0;
      return cpus >= 0.2 * count;
    });
    this.#offers = this.#offers.filter((offer) => offer !== found);
    return found;
  }

  async #follow(scheduler: Scheduler): Promise<void> {
    for await (const event of scheduler) {
      if (event.type === "OFFERS") this.#offers.push(...(event.offers ?? []));
      if (event.type === "RESCIND") {
        this.#offers = this.#offers.filter(({ id }) => id.value !== event.offer_id.value);
      }
      if (event.type === "UPDATE") this.statuses.push(event.status);
    }
  }

  #spawn(daemon: string, ...args: readonly string[]): ChildProcess {
    const here = ["--ip=127.0.0.1", "--hostname=127.0.0.1", `--work_dir=${this.folder}/${daemon}`];
    const child = spawn(program, [...entry, daemon, ...here, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.log += text;
      });
    }
    return child;
  }
}

function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    // It is gone.
    return [];
  }
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}
