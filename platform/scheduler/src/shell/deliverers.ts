/**
 * From outboxes to those who deliver, and back: what has arrived leaves its outbox.
 */

import { describeError, type Random } from "@tavola/base";
import type { Clock, Logger, Metrics } from "@tavola/host";
import type { Configuration } from "../configuration/configuration.ts";
import type { MailCount, RecordKinds } from "../core/records.ts";
import { settingOf } from "../core/state.ts";
import { formatWebhookBody } from "../core/webhooks/webhook-body.ts";
import type { AgentHttp } from "../framework/agent-http.ts";
import type { HistoryStore } from "../history/history-store.ts";
import { HistoryWriter, type OutboxRecord } from "../history/history-writer.ts";
import type { Retention } from "../history/retention.ts";
import { createMailDelivery } from "../mail/mail-delivery.ts";
import { createSmtpSender } from "../mail/smtp-sender.ts";
import { createWebhookDelivery } from "../webhooks/webhook-delivery.ts";
import type { Engine } from "./engine.ts";
import type { Deliverer, OutboxEntry, OutboxKind, OutwardDeliverers } from "./outboxes.ts";
import { sandboxReader } from "./sandbox-reader.ts";

/**
 * Takes delivered records out. One that was replaced meanwhile stays: its new content has yet to go.
 * Whoever no longer leads need not: the next leader delivers again, and nobody minds.
 */
function confirmDelivered(
  engine: Engine,
  logger: Logger,
  delivered: readonly {
    readonly kind: OutboxKind;
    readonly key: string;
    readonly value?: unknown;
  }[],
): void {
  engine
    .decide((turn) => {
      for (const { kind, key, value } of delivered) {
        if (value === undefined || turn.get(kind, key) === value) turn.remove(kind, key);
      }
    })
    .catch((error: unknown) => {
      logger.debug({ error: describeError(error) }, "deliveries not confirmed");
    });
}

export interface HistoryDelivererOptions {
  readonly engine: Engine;
  readonly history: HistoryStore;
  readonly retention: Retention;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

function createHistoryDeliverer(options: HistoryDelivererOptions): Deliverer {
  const { engine, logger } = options;
  const writer = new HistoryWriter({
    ...options,
    confirm: (records) => confirmDelivered(engine, logger, records),
  });
  return {
    deliver: (entries) => writer.add(entries as readonly OutboxRecord[]),
    close: () => writer.close(),
  };
}

export interface DeliverersOptions extends Omit<HistoryDelivererOptions, "retention"> {
  readonly settings: Configuration;
  readonly agents: AgentHttp;
}

/** Everybody who delivers what leaves the cluster. */
export function createDeliverers(options: DeliverersOptions): OutwardDeliverers {
  const history = createHistoryDeliverer({ ...options, retention: options.settings.retention });
  return {
    outboxTask: history,
    outboxRequest: history,
    outboxDeploy: history,
    outboxMail: createMailDeliverer(options),
    outboxWebhook: createWebhookDeliverer(options),
  };
}

/** In the write that takes the mail out of its outbox. */
function rememberCount(
  engine: Engine,
  logger: Logger,
  key: string,
  count: MailCount | undefined,
): void {
  engine
    .decide((turn) => {
      if (count === undefined) turn.remove("mailCount", key);
      else turn.put("mailCount", key, count);
    })
    .catch((error: unknown) => {
      logger.debug({ error: describeError(error) }, "a mail is not counted");
    });
}

function createMailDeliverer(options: DeliverersOptions): Deliverer {
  const { engine, logger, clock, metrics, agents, history, settings } = options;
  const mail = settings.core.mail;
  if (mail === undefined || settings.smtp === undefined) return nobody;
  const delivery = createMailDelivery({
    settings: mail,
    smtp: settings.smtp,
    sender: createSmtpSender(settings.smtp),
    clock,
    logger,
    metrics,
    lists: () => settingOf(engine.state, "notifications") ?? { blocked: [], allowed: [] },
    logs: sandboxReader({ engine, agents, history }),
    onDelivered: (keys) =>
      confirmDelivered(
        engine,
        logger,
        keys.map((key) => ({ kind: "outboxMail", key })),
      ),
    sentBefore: engine.state.records.mailCount,
    onCounted: (key, count) => rememberCount(engine, logger, key, count),
  });
  return {
    deliver: (entries) => delivery.deliver(pairsOf<"outboxMail">(entries)),
    close: () => delivery.close(),
  };
}

function createWebhookDeliverer({
  engine,
  settings,
  clock,
  logger,
  metrics,
}: DeliverersOptions): Deliverer {
  const { records } = engine.state;
  const delivery = createWebhookDelivery({
    settings: settings.webhooks,
    clock,
    logger,
    metrics,
    webhookOf: (webhookId) => records.webhook.get(webhookId),
    format: formatWebhookBody,
    onDelivered: (keys) =>
      confirmDelivered(
        engine,
        logger,
        keys.map((key) => ({ kind: "outboxWebhook", key })),
      ),
  });
  return {
    deliver: (entries) => delivery.deliver(pairsOf<"outboxWebhook">(entries)),
    close: () => delivery.close(),
  };
}

function pairsOf<K extends OutboxKind>(
  entries: readonly OutboxEntry[],
): readonly (readonly [key: string, value: RecordKinds[K]])[] {
  return (entries as readonly OutboxEntry<K>[]).map(({ key, value }) => [key, value]);
}

/** What nobody is to get is not put into its outbox. */
const nobody: Deliverer = { deliver: () => undefined, close: async () => undefined };
