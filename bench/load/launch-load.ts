/**
 * A framework that launches tasks as fast as offers allow, and acknowledges what it hears.
 */
import type { Offer, scheduler, TaskInfo, TaskStatus } from "@tavola/protocol";
import { RawScheduler } from "./raw-scheduler.ts";

export interface LaunchLoad {
  /** "each": command tasks. "shared": one custom executor of the framework per agent, for all tasks. */
  readonly executors: "each" | "shared";
  readonly count: number;
  /** Tasks launched from one offer. */
  readonly perOfferMax: number;
  /** Tasks launched and not yet running. */
  readonly pendingMax: number;
}

export interface LaunchResult {
  /** From the first ACCEPT until the master took the last acknowledgement. */
  readonly elapsedMs: number;
  /** One per task, in order of arrival. */
  readonly acceptToRunningMs: readonly number[];
  /** Tears the framework down. */
  end(): Promise<void>;
}

const resources = [
  { name: "cpus", type: "SCALAR", scalar: { value: 0.1 } },
  { name: "mem", type: "SCALAR", scalar: { value: 32 } },
] as const;

/** Launches tasks, which stay running until `end` is called. */
export async function launchInstantTasks(
  masterUrl: string,
  load: LaunchLoad,
): Promise<LaunchResult> {
  const scheduler = await RawScheduler.subscribe(masterUrl, { user: "root", name: "bench launch" });
  const run = new LaunchRun(load, scheduler);
  scheduler.listen((event) => run.happened(event));
  return { ...(await run.done), end: () => scheduler.teardown() };
}

class LaunchRun {
  readonly #load: LaunchLoad;
  readonly #scheduler: RawScheduler;
  readonly #launchedAt: number[] = [];
  readonly #samples: number[] = [];
  readonly #done = Promise.withResolvers<Omit<LaunchResult, "end">>();
  readonly #offers: Offer[] = [];
  #acknowledged = 0;

  constructor(load: LaunchLoad, scheduler: RawScheduler) {
    this.#load = load;
    this.#scheduler = scheduler;
  }

  get done(): Promise<Omit<LaunchResult, "end">> {
    return this.#done.promise;
  }

  happened(event: scheduler.Event): void {
    for (const offer of event.offers?.offers ?? []) this.#offers.push(offer);
    if (event.update !== undefined) this.#updated(event.update.status);
    this.#launchMore();
  }

  #launchMore(): void {
    const { count, perOfferMax, pendingMax } = this.#load;
    for (let offer = this.#offers[0]; offer !== undefined; offer = this.#offers[0]) {
      const pending = this.#launchedAt.length - this.#samples.length;
      const room = Math.min(perOfferMax, pendingMax - pending, count - this.#launchedAt.length);
      // A few tasks at a time cost as many messages as many do.
      if (room < Math.min(perOfferMax, count - this.#launchedAt.length) || room === 0) return;
      this.#offers.shift();
      this.#accept(offer, Math.min(room, roomIn(offer)));
    }
  }

  #accept({ id, agent_id }: Offer, count: number): void {
    const task_infos: TaskInfo[] = [];
    const now = performance.now();
    for (let i = 0; i < count; i += 1) {
      const number = this.#launchedAt.push(now) - 1;
      task_infos.push({
        name: "instant",
        task_id: { value: String(number) },
        agent_id,
        resources,
        ...this.#whatToRun(),
      });
    }
    void this.#scheduler.call({
      type: "ACCEPT",
      accept: {
        offer_ids: [id],
        operations: [{ type: "LAUNCH", launch: { task_infos } }],
        filters: { refuse_seconds: 0 },
      },
    });
  }

  #whatToRun(): Pick<TaskInfo, "command" | "executor"> {
    const command = { shell: false, value: "true" };
    if (this.#load.executors === "each") return { command };
    const framework_id = { value: this.#scheduler.frameworkId };
    return { executor: { executor_id: { value: "instant" }, framework_id, command } };
  }

  #updated(status: TaskStatus): void {
    const { task_id, agent_id, uuid, state, message } = status;
    if (state !== "TASK_RUNNING") throw new Error(`task ${task_id.value}: ${state}: ${message}`);
    if (agent_id === undefined || uuid === undefined) throw new Error("an update without its uuid");
    this.#samples.push(performance.now() - (this.#launchedAt[Number(task_id.value)] ?? 0));
    const acknowledge = { agent_id, task_id, uuid };
    void this.#scheduler.call({ type: "ACKNOWLEDGE", acknowledge }).then(() => {
      this.#acknowledged += 1;
      if (this.#acknowledged < this.#load.count) return;
      const elapsedMs = performance.now() - (this.#launchedAt[0] ?? 0);
      this.#done.resolve({ elapsedMs, acceptToRunningMs: this.#samples });
    });
  }
}

/** How many tasks an offer holds. */
function roomIn({ resources: offered = [] }: Offer): number {
  const amountOf = (name: string): number =>
    offered.find((resource) => resource.name === name)?.scalar?.value ?? 0;
  return Math.floor(
    Math.min(...resources.map(({ name, scalar }) => amountOf(name) / scalar.value)) + 1e-9,
  );
}
