/**
 * Mails waiting to be sent: a few at once, again later when that fails, and not for ever.
 *
 *     waiting ──► being sent ──► sent, refused
 *        ▲            │
 *        └────────────┤ some recipients later, or the mail later: this mail waits, doubling
 *                     │ the server failed: all wait, doubling; then one mail tries for all
 *        dropped ◄────┘ too old
 *
 * A mail is composed when it is first to be sent, so that what waits for a server that is away holds no
 * bodies.
 */

import type { Clock, Logger, Timer } from "@tavola/host";
import type { MailSender, OutgoingMail, SendResult } from "./smtp-sender.ts";
import type { SmtpSettings } from "./smtp-settings.ts";

export interface SendJob {
  readonly id: string;
  /** When it was first wanted. */
  readonly since: number;
  /** Undefined: there is nothing to say after all. */
  readonly compose: () => Promise<OutgoingMail | undefined>;
  /** Called once. Dropped: nobody knows whether all have it. */
  readonly ended: (end: "sent" | "refused" | "dropped") => void;
}

export interface SendQueueOptions {
  readonly sender: MailSender;
  readonly settings: SmtpSettings;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface WaitingJob {
  readonly job: SendJob;
  mail?: OutgoingMail | undefined;
  attempts: number;
  notBefore: number;
}

export class SendQueue {
  readonly #options: SendQueueOptions;
  /** In the order in which they are to be tried. */
  #waiting: WaitingJob[] = [];
  readonly #underway = new Set<Promise<void>>();
  readonly #closed = new AbortController();
  #serverFailures = 0;
  #serverNotBefore = 0;
  #timer: Timer | undefined;

  constructor(options: SendQueueOptions) {
    this.#options = options;
  }

  get counts(): {
    readonly waiting: number;
    readonly underway: number;
    readonly serverFailures: number;
  } {
    return {
      waiting: this.#waiting.length,
      underway: this.#underway.size,
      serverFailures: this.#serverFailures,
    };
  }

  add(job: SendJob): void {
    this.#waiting.push({ job, attempts: 0, notBefore: 0 });
    this.#run();
  }

  /** Ends the job that has waited longest as dropped; false when none waits. */
  dropOldest(): boolean {
    const oldest = this.#waiting.shift();
    oldest?.job.ended("dropped");
    return oldest !== undefined;
  }

  /** Breaks off what is being sent; nothing ends. */
  async close(): Promise<void> {
    this.#closed.abort();
    this.#timer?.cancel();
    this.#waiting = [];
    await Promise.all(this.#underway);
  }

  #run(): void {
    if (this.#closed.signal.aborted) return;
    const now = this.#options.clock.now();
    this.#dropTooOld(now);
    const { connectionsMax } = this.#options.settings;
    // After a failure one mail finds out whether the server is back.
    const underwayMax = this.#serverFailures > 0 ? 1 : connectionsMax;
    while (now >= this.#serverNotBefore && this.#underway.size < underwayMax) {
      const index = this.#waiting.findIndex(({ notBefore }) => notBefore <= now);
      const [next] = index === -1 ? [] : this.#waiting.splice(index, 1);
      if (next === undefined) break;
      this.#sendInBackground(next);
    }
    this.#arm(this.#underway.size < underwayMax);
  }

  #dropTooOld(now: number): void {
    const { giveUpAfterMs } = this.#options.settings;
    const tooOld = this.#waiting.filter(({ job }) => now - job.since > giveUpAfterMs);
    if (tooOld.length === 0) return;
    this.#waiting = this.#waiting.filter(({ job }) => now - job.since <= giveUpAfterMs);
    for (const { job } of tooOld) job.ended("dropped");
  }

  #arm(hasPlace: boolean): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (!hasPlace || this.#waiting.length === 0) return;
    const { clock } = this.#options;
    const first = Math.min(...this.#waiting.map(({ notBefore }) => notBefore));
    const at = Math.max(first, this.#serverNotBefore);
    this.#timer = clock.after(Math.max(0, at - clock.now()), () => this.#run());
  }

  #sendInBackground(next: WaitingJob): void {
    const underway = this.#send(next)
      .catch((error: unknown) => {
        this.#options.logger.error({ error, mail: next.job.id }, "a mail could not be composed");
        next.job.ended("refused");
      })
      .finally(() => {
        this.#underway.delete(underway);
        this.#run();
      });
    this.#underway.add(underway);
  }

  async #send(next: WaitingJob): Promise<void> {
    next.mail ??= await next.job.compose();
    if (next.mail === undefined) {
      next.job.ended("refused");
      return;
    }
    if (this.#closed.signal.aborted) return;
    const result = await this.#options.sender.send(next.mail, this.#closed.signal);
    if (!this.#closed.signal.aborted) this.#sent(next, next.mail, result);
  }

  #sent(next: WaitingJob, mail: OutgoingMail, result: SendResult): void {
    const { logger } = this.#options;
    const fields = { mail: next.job.id, subject: mail.subject };
    if (result.kind === "serverFailed") {
      this.#serverFailed(next, result.reason);
      return;
    }
    this.#serverFailures = 0;
    this.#serverNotBefore = 0;
    switch (result.kind) {
      case "refused":
        logger.warn({ ...fields, reason: result.reason }, "the mail server refused a mail");
        next.job.ended("refused");
        return;
      case "postponed":
        logger.info({ ...fields, reason: result.reason }, "the mail server postponed a mail");
        this.#later(next);
        return;
      case "sent":
        for (const { address, reason } of result.refused) {
          logger.warn({ ...fields, address, reason }, "the mail server refused a recipient");
        }
        if (result.later.length === 0) next.job.ended("sent");
        else {
          next.mail = { ...mail, recipients: result.later };
          this.#later(next);
        }
    }
  }

  #later(next: WaitingJob): void {
    next.attempts += 1;
    next.notBefore = this.#options.clock.now() + this.#delayMs(next.attempts);
    this.#waiting.push(next);
  }

  #serverFailed(next: WaitingJob, reason: string): void {
    const { clock, logger, settings } = this.#options;
    this.#serverFailures += 1;
    const delayMs = this.#delayMs(this.#serverFailures);
    this.#serverNotBefore = clock.now() + delayMs;
    this.#waiting.unshift(next);
    const { host, port } = settings;
    logger.warn(
      { server: `${host}:${port}`, reason, againInMs: delayMs, waiting: this.#waiting.length },
      "the mail server takes no mail",
    );
  }

  #delayMs(failures: number): number {
    const { retryMsMin, retryMsMax } = this.#options.settings;
    return Math.min(retryMsMax, retryMsMin * 2 ** Math.min(failures - 1, 30));
  }
}
