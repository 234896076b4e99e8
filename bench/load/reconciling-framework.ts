/**
 * A framework with very many tasks that comes back to a new leader: it subscribes with its old id,
 * then asks for the state of every task that it has not heard of yet, at once and every five seconds,
 * until all are known to run. It takes no offers.
 */
import type { FrameworkInfo, scheduler } from "@tavola/protocol";
import { RawScheduler } from "./raw-scheduler.ts";

const askAgainMs = 5000;
/** Until a master that just became the leader takes subscriptions. */
const subscribeAgainMs = 20;

export class ReconcilingFramework {
  readonly #scheduler: RawScheduler;

  private constructor(scheduler: RawScheduler) {
    this.#scheduler = scheduler;
  }

  /** Tries again until the leader takes it. */
  static async subscribe(url: string, framework: FrameworkInfo): Promise<ReconcilingFramework> {
    for (;;) {
      try {
        return new ReconcilingFramework(await RawScheduler.subscribe(url, framework, ["*"]));
      } catch (error) {
        if (!(error instanceof Error) || !/with (307|503)$|ECONNREFUSED/.test(error.message)) {
          throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, subscribeAgainMs));
      }
    }
  }

  get id(): string {
    return this.#scheduler.frameworkId;
  }

  /** Resolves when all these tasks are known to run. */
  async reconcile(taskIds: Iterable<string>): Promise<void> {
    const missing = new Set(taskIds);
    const done = Promise.withResolvers<void>();
    this.#scheduler.listen((event) => {
      const status = event.update?.status;
      if (status?.state === "TASK_RUNNING") missing.delete(status.task_id.value);
      if (missing.size === 0) done.resolve();
    });
    const ask = (): void => void this.#scheduler.call(reconcileCall(missing));
    ask();
    const again = setInterval(ask, askAgainMs);
    await done.promise;
    clearInterval(again);
  }

  /** Its connection may break from here on. */
  leave(): void {
    this.#scheduler.leave();
  }
}

function reconcileCall(taskIds: Iterable<string>): Omit<scheduler.Call, "framework_id"> {
  const tasks = Array.from(taskIds, (value) => ({ task_id: { value } }));
  return { type: "RECONCILE", reconcile: { tasks } };
}
