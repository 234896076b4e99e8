/**
 * Runs many commands on a cluster the way `tavola run` does: through the sdk, a command task each,
 * `cpus:0.1;mem:128`. Takes the rest of every offer back at once, so there is always one in
 * hand and no launch waits for an allocation interval.
 */
import type { Offer, TaskInfo, TaskStatus } from "@tavola/protocol";
import { connectScheduler, isTerminal, type Scheduler } from "@tavola/sdk";

export interface CommandLoad {
  /** `host:port`. */
  readonly masters: string;
  /** Program and arguments. */
  readonly argv: readonly [string, ...string[]];
  readonly count: number;
  /** Launched and not ended, at most. */
  readonly inFlightMax: number;
  /** Whether they outlive their agent. Default no. */
  readonly checkpoint?: boolean;
}

export interface CommandLoadResult {
  /** From sending ACCEPT to receiving TASK_RUNNING, one per command, in order of arrival. */
  readonly acceptToRunningMs: readonly number[];
  /** From the first ACCEPT to the last TASK_FINISHED. */
  readonly elapsedMs: number;
}

/** Resolves when all have finished, the framework torn down. Rejects when one does not finish. */
export async function runCommands(load: CommandLoad): Promise<CommandLoadResult> {
  const { scheduler, run } = connect(load);
  await follow(scheduler, run, () => (run.hasFinished ? scheduler.teardown() : undefined));
  return run.result();
}

/** Resolves when all are running; they run until `end` is called, or they end by themselves. */
export async function startCommands(load: CommandLoad): Promise<{ end(): Promise<void> }> {
  const { scheduler, run } = connect(load);
  const running = Promise.withResolvers<void>();
  let isEnding = false;
  const followed = follow(scheduler, run, () => {
    if (run.isRunning) running.resolve();
  });
  followed.catch((error: unknown) => {
    if (!isEnding) running.reject(error);
  });
  await running.promise;
  return {
    async end() {
      isEnding = true;
      await scheduler.teardown();
      await followed;
    },
  };
}

function connect(load: CommandLoad): { readonly scheduler: Scheduler; readonly run: CommandRun } {
  const scheduler = connectScheduler({
    masters: load.masters,
    framework: {
      user: "root",
      name: "bench commands",
      roles: ["*"],
      capabilities,
      checkpoint: load.checkpoint ?? false,
    },
  });
  return { scheduler, run: new CommandRun(load, scheduler) };
}

/** Ends when the framework is torn down. `afterEach` is called after each event. */
async function follow(
  scheduler: Scheduler,
  run: CommandRun,
  afterEach: () => Promise<void> | undefined | void,
): Promise<void> {
  for await (const event of scheduler) {
    if (event.type === "OFFERS") run.offered(event.offers ?? []);
    if (event.type === "UPDATE") run.updated(event.status);
    if (event.type === "DISCONNECTED") throw event.error;
    await afterEach();
  }
}

const capabilities = [{ type: "MULTI_ROLE" }, { type: "PARTITION_AWARE" }] as const;
const resourcesPerTask = { cpus: 0.1, mem: 128 } as const;

class CommandRun {
  readonly #load: CommandLoad;
  readonly #scheduler: Scheduler;
  readonly #launchedAt = new Map<string, number>();
  readonly #samples: number[] = [];
  #offers: Offer[] = [];
  #launched = 0;
  #finished = 0;
  #startedAt = 0;
  #endedAt = 0;

  constructor(load: CommandLoad, scheduler: Scheduler) {
    this.#load = load;
    this.#scheduler = scheduler;
  }

  get hasFinished(): boolean {
    return this.#finished === this.#load.count;
  }

  get isRunning(): boolean {
    return this.#samples.length === this.#load.count;
  }

  offered(offers: readonly Offer[]): void {
    this.#offers.push(...offers);
    this.#launchMore();
  }

  updated({ task_id, state, message }: TaskStatus): void {
    const launchedAt = this.#launchedAt.get(task_id.value);
    if (launchedAt === undefined) return;
    if (state === "TASK_RUNNING") this.#samples.push(performance.now() - launchedAt);
    if (!isTerminal(state)) return;
    if (state !== "TASK_FINISHED") throw new Error(`${task_id.value}: ${state}: ${message}`);
    this.#finished += 1;
    this.#endedAt = performance.now();
    this.#launchMore();
  }

  result(): CommandLoadResult {
    return { acceptToRunningMs: this.#samples, elapsedMs: this.#endedAt - this.#startedAt };
  }

  #launchMore(): void {
    const { count, inFlightMax } = this.#load;
    const wanted = Math.min(
      count - this.#launched,
      inFlightMax - (this.#launched - this.#finished),
    );
    const offer = wanted > 0 ? this.#offers.pop() : undefined;
    if (offer === undefined) return;
    const tasks = Array.from({ length: Math.min(wanted, roomIn(offer)) }, () => this.#task(offer));
    const now = performance.now();
    if (this.#startedAt === 0) this.#startedAt = now;
    for (const { task_id } of tasks) this.#launchedAt.set(task_id.value, now);
    void this.#scheduler.launch(offer, tasks, { refuse_seconds: 0 });
  }

  #task({ agent_id }: Offer): TaskInfo {
    this.#launched += 1;
    const { argv } = this.#load;
    return {
      name: argv[0],
      task_id: { value: `command-${this.#launched}` },
      agent_id,
      command: { shell: false, value: argv[0], arguments: argv },
      resources: Object.entries(resourcesPerTask).map(([name, value]) => ({
        name,
        type: "SCALAR",
        scalar: { value },
        allocation_info: { role: "*" },
      })),
    };
  }
}

/** How many tasks an offer holds. */
function roomIn({ resources = [] }: Offer): number {
  const rooms = Object.entries(resourcesPerTask).map(([name, each]) => {
    const amounts = resources.filter((resource) => resource.name === name);
    const amount = amounts.reduce((sum, { scalar }) => sum + (scalar?.value ?? 0), 0);
    return Math.floor(amount / each + 1e-9);
  });
  return Math.min(...rooms);
}
