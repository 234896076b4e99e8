/**
 * What an operator sets about webhooks, with every default in one table.
 *
 * The first four are Singularity's (checkWebhooksEveryMillis, maxQueuedUpdatesPerWebhook,
 * deleteUndeliverableWebhooksAfterHours, maxConcurrentWebhooks).
 */

import { dayMs, secondMs } from "@tavola/base";

export interface WebhookSettings {
  /** After a failure, until the same update is sent again. */
  readonly retryMs: number;
  /** Of more updates waiting for one hook, the oldest are dropped when one fails. 0: no limit. */
  readonly queuedMax: number;
  /** An update that is older is dropped when it fails. 0: never. */
  readonly undeliverableAfterMs: number;
  /** Updates being sent at once, of all hooks; of one hook always one. */
  readonly inFlightMax: number;
  /** From connecting to the end of the answer. */
  readonly responseTimeoutMs: number;
  /**
   * What bodies are signed with. Several while one is being replaced by another: each makes a signature.
   * None: bodies are not signed.
   */
  readonly secrets: readonly string[];
  /** Whether a hook's certificate must be valid. */
  readonly verifiesCertificates: boolean;
}

export const defaultWebhookSettings: WebhookSettings = {
  retryMs: 10 * secondMs,
  queuedMax: 50,
  undeliverableAfterMs: 7 * dayMs,
  inFlightMax: 100,
  responseTimeoutMs: 10 * secondMs,
  secrets: [],
  verifiesCertificates: true,
};
