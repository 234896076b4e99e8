/**
 * Announces tasks as the records say, and withdraws them: by task, one thing at a time.
 *
 *     a record is durable ──► what is wanted of it ──► announce, update, withdraw ──► told back
 *
 * Level-triggered: it compares what is wanted with what it does, whatever led there. A new leader wants
 * the same under the same ids, so what a former one announced goes on without a gap. What is drained is
 * withdrawn after what comes in its stead is announced.
 */

import type { Clock, Logger } from "@tavola/host";
import type { DiscoveryClient, KeptAnnouncement, WithdrawOutcome } from "@tavola/sdk";
import type { TaskAnnouncement } from "../core/announce/task-announcement.ts";
import type { WithdrawalRecord } from "../core/records.ts";
import { ComingAnnouncements } from "./coming-announcements.ts";

export interface TaskAnnouncerOptions {
  readonly discovery: Pick<DiscoveryClient, "announce" | "withdraw" | "close">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whose task it is; undefined: it is not known any more. */
  readonly requestOf: (taskId: string) => string | undefined;
  /** As what the task is to be announced now; undefined: not at all. */
  readonly wanted: (taskId: string) => TaskAnnouncement | undefined;
  /** The id under which a task that is to be drained was announced; undefined: nobody waits for its withdrawal. */
  readonly draining: (taskId: string) => string | undefined;
  /** A task that is being drained is announced no longer, or could not be withdrawn in time. */
  readonly withdrawn: (taskId: string) => void;
  /** What was to be withdrawn has been, or has expired by itself. */
  readonly settled: (taskId: string) => void;
  /** How long servers that are away are asked for a withdrawal; half of it may go into waiting for others. */
  readonly withdrawMsMax: number;
}

/** After so long what nobody renews has expired, also where a server waits before it lets anything expire. */
const expiredAfterMs = 120_000;

export class TaskAnnouncer {
  readonly #options: TaskAnnouncerOptions;
  readonly #kept = new Map<string, KeptAnnouncement>();
  readonly #withdrawing = new Map<string, Promise<WithdrawOutcome>>();
  readonly #coming: ComingAnnouncements;
  /** Of drained tasks that wait for others; aborted: no longer. */
  readonly #waiting = new Map<string, AbortController>();
  #isClosed = false;

  constructor(options: TaskAnnouncerOptions) {
    this.#options = options;
    this.#coming = new ComingAnnouncements(options.clock);
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
    const { wanted, draining } = this.#options;
    const announcement = wanted(taskId);
    const kept = this.#kept.get(taskId);
    if (announcement !== undefined) {
      if (kept !== undefined && saysTheSame(kept, announcement)) return;
      // What was refused is said again only when it is something else.
      if (kept === undefined || kept.isRefused) {
        this.#announce(taskId, announcement);
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
    this.#waiting.get(taskId)?.abort();
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
    for (const waiting of this.#waiting.values()) waiting.abort();
    await this.#options.discovery.close({ withdraws: false });
  }

  #announce(taskId: string, announcement: TaskAnnouncement): void {
    const { discovery, requestOf } = this.#options;
    const kept = discovery.announce(announcement);
    this.#kept.set(taskId, kept);
    this.#coming.add(requestOf(taskId) ?? taskId, kept.established);
  }

  #withdraw(taskId: string, announcementId: string, patienceMs: number): Promise<WithdrawOutcome> {
    const { discovery, draining } = this.#options;
    const kept = this.#kept.get(taskId);
    this.#kept.delete(taskId);
    const ask = async (): Promise<WithdrawOutcome> => {
      if (this.#isClosed) return "away";
      return kept === undefined
        ? discovery.withdraw(announcementId, { patienceMs })
        : kept.withdraw({ patienceMs });
    };
    const serves = draining(taskId) !== undefined;
    const asked = serves ? this.#othersAnnounced(taskId).then(ask) : ask();
    const done = asked.then((outcome) => {
      this.#withdrawing.delete(taskId);
      if (!this.#isClosed) this.#asked(taskId, outcome);
      return outcome;
    });
    this.#withdrawing.set(taskId, done);
    return done;
  }

  /** What still serves stays announced until what comes in its stead is. */
  async #othersAnnounced(taskId: string): Promise<void> {
    const { requestOf, withdrawMsMax } = this.#options;
    const waiting = new AbortController();
    this.#waiting.set(taskId, waiting);
    const withinMs = withdrawMsMax / 2;
    await this.#coming.none(requestOf(taskId) ?? taskId, { withinMs, signal: waiting.signal });
    this.#waiting.delete(taskId);
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
