/**
 * Announces tasks as the records say, and withdraws them: by task, one thing at a time.
 *
 *     a record is durable ──► what is wanted of it ──► announce, update, withdraw ──► told back
 *
 * Level-triggered: it compares what is wanted with what it does, whatever led there. A new leader wants
 * the same under the same ids, so what a former one announced goes on without a gap.
 */

import type { Logger } from "@tavola/host";
import type { DiscoveryClient, KeptAnnouncement, WithdrawOutcome } from "@tavola/sdk";
import type { TaskAnnouncement } from "../core/announce/task-announcement.ts";
import type { WithdrawalRecord } from "../core/records.ts";

export interface TaskAnnouncerOptions {
  readonly discovery: Pick<DiscoveryClient, "announce" | "withdraw" | "close">;
  readonly logger: Logger;
  /** As what the task is to be announced now; undefined: not at all. */
  readonly wanted: (taskId: string) => TaskAnnouncement | undefined;
  /** The id under which a task that is to be drained was announced; undefined: nobody waits for its withdrawal. */
  readonly draining: (taskId: string) => string | undefined;
  /** A task that is being drained is announced no longer, or could not be withdrawn in time. */
  readonly withdrawn: (taskId: string) => void;
  /** What was to be withdrawn has been, or has expired by itself. */
  readonly settled: (taskId: string) => void;
  /** How long servers that are away are asked for a withdrawal. */
  readonly withdrawMsMax: number;
}

/** After so long what nobody renews has expired, also where a server waits before it lets anything expire. */
const expiredAfterMs = 120_000;

export class TaskAnnouncer {
  readonly #options: TaskAnnouncerOptions;
  readonly #kept = new Map<string, KeptAnnouncement>();
  readonly #withdrawing = new Map<string, Promise<WithdrawOutcome>>();
  #isClosed = false;

  constructor(options: TaskAnnouncerOptions) {
    this.#options = options;
  }

  /** How many tasks are announced, and how many of them a server has taken. PERF: O(tasks). */
  get counts(): { readonly announced: number; readonly taken: number } {
    const kept = [...this.#kept.values()];
    return { announced: kept.length, taken: kept.filter(({ isTaken }) => isTaken).length };
  }

  /** Something about the task may be otherwise. PERF: O(1). */
  look(taskId: string): void {
    // What is under way is looked at again when it is done.
    if (this.#isClosed || this.#withdrawing.has(taskId)) return;
    const { wanted, draining, discovery } = this.#options;
    const announcement = wanted(taskId);
    const kept = this.#kept.get(taskId);
    if (announcement !== undefined) {
      if (kept !== undefined && saysTheSame(kept, announcement)) return;
      // What was refused is said again only when it is something else.
      if (kept === undefined || kept.isRefused) {
        this.#kept.set(taskId, discovery.announce(announcement));
      } else kept.update(announcement);
      return;
    }
    const waiting = draining(taskId);
    if (kept === undefined && waiting === undefined) return;
    void this.#withdraw(taskId, waiting ?? kept?.id ?? taskId, this.#options.withdrawMsMax);
  }

  /** A task that was announced has ended, perhaps under a former leader. */
  ended(taskId: string, { announcementId }: WithdrawalRecord): void {
    if (this.#isClosed) return;
    const again = (): Promise<WithdrawOutcome> =>
      this.#isClosed
        ? Promise.resolve("away")
        : this.#withdraw(taskId, announcementId, expiredAfterMs);
    const before = this.#withdrawing.get(taskId);
    const done =
      before === undefined
        ? again()
        : before.then((outcome) => (outcome === "withdrawn" ? outcome : again()));
    void done.then(() => {
      if (!this.#isClosed) this.#options.settled(taskId);
    });
  }

  /** Nothing is renewed or withdrawn any more; what is announced stays, for the next leader to go on with. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#options.discovery.close({ withdraws: false });
  }

  #withdraw(taskId: string, announcementId: string, patienceMs: number): Promise<WithdrawOutcome> {
    const { discovery } = this.#options;
    const kept = this.#kept.get(taskId);
    this.#kept.delete(taskId);
    const asked =
      kept === undefined
        ? discovery.withdraw(announcementId, { patienceMs })
        : kept.withdraw({ patienceMs });
    const done = asked.then((outcome) => {
      this.#withdrawing.delete(taskId);
      if (!this.#isClosed) this.#asked(taskId, outcome);
      return outcome;
    });
    this.#withdrawing.set(taskId, done);
    return done;
  }

  #asked(taskId: string, outcome: WithdrawOutcome): void {
    const { logger, draining, withdrawn } = this.#options;
    const isDraining = draining(taskId) !== undefined;
    if (outcome !== "withdrawn")
      logger.warn({ taskId, outcome }, "discovery does not take a withdrawal");
    else if (isDraining) withdrawn(taskId);
    // It may have become healthy again meanwhile.
    if (!isDraining) this.look(taskId);
  }
}

function saysTheSame(kept: KeptAnnouncement, announcement: TaskAnnouncement): boolean {
  // A server may have given it an id of its own.
  const wanted = { ...announcement, announcementId: kept.id };
  return JSON.stringify(kept.announcement) === JSON.stringify(wanted);
}
