/**
 * From the outbox's records to mails: grouped, counted, addressed, composed and sent.
 *
 *     record ──► held for the group's window ──► counted ──► bundled by reader ──► SendQueue
 *
 * A record counts as delivered, and may leave the outbox, when every mail that tells of it has been sent
 * or refused for good, or when nobody is to be told. What a crash leaves in the outbox is mailed again:
 * at least once, with the same Message-ID where the same mail results.
 *
 * Bounded: of more than `recordsMax` records the mails that have waited longest are dropped, and so are
 * those too old; as soon as a mail goes through again, the administrators are told how many.
 */

import { createHash } from "node:crypto";
import type { Clock, Logger, Metrics } from "@tavola/host";
import { mailDocumentOf, subjectOf, tasksToRead } from "../core/mail/compose-mail.ts";
import { type AddressedMail, bundleMails, type MailBundle } from "../core/mail/mail-bundles.ts";
import type { LogTail, MailContext } from "../core/mail/mail-context.ts";
import { formatMailHtml, formatMailText, type MailDocument } from "../core/mail/mail-document.ts";
import {
  isCountStale,
  mailCounted,
  mailCountKey,
  mailSent,
  type RateVerdict,
} from "../core/mail/mail-rate-limit.ts";
import { type NotificationLists, recipientsOf } from "../core/mail/mail-recipients.ts";
import { destinationsOf, type MailSettings } from "../core/mail/mail-settings.ts";
import { type DroppedMails, droppedDocument, rateLimitDocument } from "../core/mail/notice-mail.ts";
import type { MailCount, MailRecord } from "../core/records.ts";
import { type LogReader, readLogTails } from "./log-tails.ts";
import { MailGroups } from "./mail-groups.ts";
import { SendQueue } from "./send-queue.ts";
import type { MailSender, OutgoingMail } from "./smtp-sender.ts";
import type { SmtpSettings } from "./smtp-settings.ts";

export interface MailDelivery {
  /** Takes what is in the outbox; what it has already, it passes over. Cheap, and waits for nothing. */
  deliver(records: Iterable<readonly [key: string, record: MailRecord]>): void;
  /** Breaks off; what was not delivered stays in the outbox. */
  close(): Promise<void>;
}

export interface MailDeliveryOptions {
  readonly settings: MailSettings;
  readonly smtp: SmtpSettings;
  readonly sender: MailSender;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics?: Metrics;
  /** Who has subscribed and unsubscribed, now. */
  readonly lists: () => NotificationLists;
  /** Absent: mails have no logs in them. */
  readonly logs?: LogReader;
  /** These may leave the outbox. */
  readonly onDelivered: (keys: readonly string[]) => void;
  /** What a former leader had sent; default: nothing. */
  readonly sentBefore?: Iterable<readonly [key: string, count: MailCount]>;
  /** Told what is to be remembered for the next leader; undefined: nothing any more. */
  readonly onCounted?: (key: string, count: MailCount | undefined) => void;
}

export function createMailDelivery(options: MailDeliveryOptions): MailDelivery {
  return new Delivery(options);
}

/** What one mail says, before it is composed. */
interface Words {
  readonly document: (context: MailContext) => MailDocument | undefined;
  /** Whose logs it needs. */
  readonly taskIds: readonly string[];
}

class Delivery implements MailDelivery {
  readonly #options: MailDeliveryOptions;
  readonly #groups: MailGroups;
  readonly #queue: SendQueue;
  /** Of each record held, how many mails still have to end. */
  readonly #open = new Map<string, number>();
  /** Of what was taken on, whether it has gone or waits. */
  readonly #counts: Map<string, MailCount>;
  /** Of what has gone: what waits is taken on anew by the next leader, and counted by it. */
  readonly #sent: Map<string, MailCount>;
  #dropped: DroppedMails | undefined;
  readonly #closed = new AbortController();

  constructor(options: MailDeliveryOptions) {
    this.#options = options;
    const { clock, logger, settings, smtp, sender, metrics } = options;
    this.#sent = new Map(options.sentBefore ?? []);
    this.#counts = new Map(this.#sent);
    this.#groups = new MailGroups({
      clock,
      windowMs: settings.groupWindowMs,
      onComplete: (records) => this.#grouped(records),
    });
    this.#queue = new SendQueue({ sender, settings: smtp, clock, logger });
    metrics?.gauge("scheduler/mail_records_waiting", () => this.#open.size);
    metrics?.gauge("scheduler/mail_server_failures", () => this.#queue.counts.serverFailures);
  }

  deliver(records: Iterable<readonly [key: string, record: MailRecord]>): void {
    if (this.#closed.signal.aborted) return;
    for (const [key, record] of records) {
      if (this.#open.has(key)) continue;
      this.#open.set(key, 0);
      while (this.#open.size > this.#options.smtp.recordsMax) {
        if (!this.#queue.dropOldest()) break;
      }
      this.#groups.add(key, record);
    }
  }

  async close(): Promise<void> {
    this.#closed.abort(new Error("the scheduler ends"));
    this.#groups.close();
    await this.#queue.close();
  }

  /** All of one cause are here. */
  #grouped(records: readonly (readonly [key: string, record: MailRecord])[]): void {
    const mails: AddressedMail[] = [];
    const unwanted: string[] = [];
    for (const [key, record] of records) {
      const mail = this.#addressed(key, record);
      if (mail.to.length > 0) mails.push(mail);
      else unwanted.push(key);
    }
    this.#delivered(unwanted);
    const { send, notices, silenced } = this.#counted(mails);
    this.#delivered(silenced);
    for (const bundle of bundleMails(send)) {
      const document = (context: MailContext) => mailDocumentOf(bundle, context);
      this.#enqueue(bundle, { document, taskIds: tasksToRead(bundle) });
    }
    for (const bundle of notices) {
      const { type, requestId = "" } = (bundle.mails[0] as AddressedMail).record;
      const document = (context: MailContext) => rateLimitDocument(type, requestId, context);
      this.#enqueue(bundle, { document, taskIds: [] });
    }
  }

  #addressed(key: string, record: MailRecord): AddressedMail {
    const { settings, lists } = this.#options;
    const recipients = recipientsOf({
      destinations: destinationsOf(settings, record.type, record.request),
      owners: record.request?.owners ?? [],
      admins: settings.admins,
      actionTaker: record.user,
      lists: lists(),
      optIn: settings.optIn,
    });
    return { key, record, ...recipients };
  }

  /** Mails of one request and type count once. */
  #counted(mails: readonly AddressedMail[]): {
    readonly send: readonly AddressedMail[];
    readonly notices: readonly MailBundle[];
    readonly silenced: readonly string[];
  } {
    const byRequest = Map.groupBy(mails, ({ record }) => mailCountKey(record));
    const send: AddressedMail[] = [];
    const notices: MailBundle[] = [];
    const silenced: string[] = [];
    for (const [about, ofOne] of byRequest) {
      const verdict = ofOne[0]?.record.requestId === undefined ? "send" : this.#verdict(about);
      if (verdict === "send") send.push(...ofOne);
      else if (verdict === "silence") silenced.push(...ofOne.map(({ key }) => key));
      else notices.push(...bundleMails(ofOne));
    }
    return { send, notices, silenced };
  }

  #verdict(about: string): RateVerdict {
    const { clock, settings } = this.#options;
    const now = clock.now();
    const { verdict, count } = mailCounted(settings, this.#counts.get(about), now);
    if (count !== undefined) this.#counts.set(about, count);
    if (this.#counts.size > countsMax) {
      for (const [key, old] of this.#counts) {
        if (isCountStale(settings, old, now)) this.#counts.delete(key);
      }
    }
    return verdict;
  }

  #enqueue(bundle: MailBundle, words: Words): void {
    const keys = bundle.mails.map(({ key }) => key);
    for (const key of keys) this.#open.set(key, (this.#open.get(key) ?? 0) + 1);
    const since = Math.min(...bundle.mails.map(({ record }) => record.at));
    const countedAt = this.#options.clock.now();
    this.#queue.add({
      id: keys[0] ?? "",
      since,
      compose: () => this.#compose(bundle, words),
      ended: (end) => {
        this.#options.metrics?.counter(`scheduler/mails_${end}`).increment();
        if (end === "dropped") this.#noteDropped(bundle);
        const done = keys.filter((key) => this.#isLastOf(key));
        this.#delivered(done);
        if (end !== "sent") return;
        this.#noteSent(bundle, countedAt);
        this.#tellDropped();
      },
    });
  }

  #noteSent({ mails }: MailBundle, countedAt: number): void {
    const { settings, clock, onCounted } = this.#options;
    if (onCounted === undefined || settings.rateLimitAfter < 1) return;
    const ofRequests = mails.filter(({ record }) => record.requestId !== undefined);
    for (const key of new Set(ofRequests.map(({ record }) => mailCountKey(record)))) {
      const { silentUntil } = this.#counts.get(key) ?? {};
      const count = mailSent(settings, this.#sent.get(key), countedAt, silentUntil);
      this.#sent.delete(key);
      this.#sent.set(key, count);
      onCounted(key, count);
    }
    // Whatever was last about longest ago stands first.
    for (const [key, count] of [...this.#sent.entries().take(sweptAtOnce)]) {
      if (!isCountStale(settings, count, clock.now())) continue;
      this.#sent.delete(key);
      onCounted(key, undefined);
    }
  }

  #isLastOf(key: string): boolean {
    const left = (this.#open.get(key) ?? 1) - 1;
    this.#open.set(key, left);
    return left === 0;
  }

  async #compose(bundle: MailBundle, words: Words): Promise<OutgoingMail | undefined> {
    const { settings } = this.#options;
    const context = { settings, logs: await this.#readLogs(bundle, words.taskIds) };
    const document = words.document(context);
    return document === undefined ? undefined : this.#outgoing(bundle, document, context);
  }

  #outgoing(
    { to, cc, mails }: MailBundle,
    document: MailDocument,
    context: MailContext,
  ): OutgoingMail {
    const hash = createHash("sha256");
    for (const part of [...mails.map(({ key }) => key), ...to, ...cc]) hash.update(`${part}\n`);
    const domain = this.#options.smtp.from
      .split("@")
      .at(-1)
      ?.replace(/[^\w.-]/g, "");
    return {
      messageId: `<${hash.digest("hex").slice(0, 32)}@${domain}>`,
      to,
      cc,
      recipients: [...to, ...cc],
      subject: subjectOf(document, context),
      text: formatMailText(document),
      html: formatMailHtml(document),
    };
  }

  async #readLogs(
    bundle: MailBundle,
    taskIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly LogTail[]>> {
    const { logs, settings, smtp, clock } = this.#options;
    const tails = new Map<string, readonly LogTail[]>();
    if (logs === undefined || taskIds.length === 0) return tails;
    const end = new AbortController();
    const timer = clock.after(smtp.logsTimeoutMs, () => end.abort(new Error("out of time")));
    const request = bundle.mails[0]?.record.request;
    await Promise.all(
      taskIds.map(async (taskId) => {
        const errorRegex = request?.taskLogErrorRegex;
        const errorRegexCaseSensitive = request?.taskLogErrorRegexCaseSensitive;
        const task = bundle.mails.find(
          ({ record }) => record.taskHistory?.task.taskId.id === taskId,
        )?.record.taskHistory;
        const wish = { taskId, task, errorRegex, errorRegexCaseSensitive };
        const signal = AbortSignal.any([end.signal, this.#closed.signal]);
        tails.set(taskId, await readLogTails(wish, settings.logs, logs, signal));
      }),
    );
    timer.cancel();
    return tails;
  }

  #delivered(keys: readonly string[]): void {
    if (keys.length === 0) return;
    for (const key of keys) this.#open.delete(key);
    this.#options.onDelivered(keys);
  }

  #noteDropped(bundle: MailBundle): void {
    const times = bundle.mails.map(({ record }) => record.at);
    const before = this.#dropped;
    this.#dropped = {
      count: (before?.count ?? 0) + 1,
      firstAt: Math.min(before?.firstAt ?? Number.POSITIVE_INFINITY, ...times),
      lastAt: Math.max(before?.lastAt ?? 0, ...times),
    };
    this.#options.logger.warn({ keys: bundle.mails.map(({ key }) => key) }, "a mail was dropped");
  }

  /** The server takes mails again. */
  #tellDropped(): void {
    const dropped = this.#dropped;
    const { admins } = this.#options.settings;
    if (dropped === undefined) return;
    this.#dropped = undefined;
    const lists = this.#options.lists();
    const { optIn } = this.#options.settings;
    const recipients = recipientsOf({ destinations: ["ADMINS"], owners: [], admins, lists, optIn });
    if (recipients.to.length === 0) return;
    const context = { settings: this.#options.settings, logs: new Map() };
    const document = droppedDocument(dropped, context);
    const bundle = { ...recipients, mails: [] };
    this.#queue.add({
      id: "dropped",
      since: this.#options.clock.now(),
      compose: async () => this.#outgoing(bundle, document, context),
      ended: () => {},
    });
  }
}

/** Counts that are looked at with each mail, whether they can go. */
const sweptAtOnce = 20;

/** Of more requests and types, counts that say nothing any more are forgotten. */
const countsMax = 10_000;
