/**
 * From the outbox's updates to the hooks they are for: in order, one at a time, again until it works.
 *
 *     update ──► lane of its hook ──► POST ──► 2xx: delivered, next
 *                    ▲                  │
 *                    └── after 10 s ◄───┘ anything else: the same again, unless it is to be dropped
 *
 * Hooks wait for each other only for a place among the requests in flight, and take turns for it; one
 * that never answers holds one place, for as long as an answer may take. Delivery is at least once:
 * `X-Tavola-Delivery` is the same however often an update is sent.
 *
 * Differs: Singularity looks into its queues every 10 s, and sends what is there in any order.
 */

import { describeError } from "@tavola/base";
import {
  type Clock,
  createHttpClient,
  type HttpClient,
  type Logger,
  type Metrics,
  type Timer,
} from "@tavola/host";
import type { WebhookType } from "../core/model/enums.ts";
import type { Webhook } from "../core/model/operations.ts";
import type { WebhookUpdateRecord } from "../core/records.ts";
import { droppedOnFailure, webhookAddress } from "../core/webhooks/webhook-rules.ts";
import type { WebhookSettings } from "../core/webhooks/webhook-settings.ts";
import { webhookSignature } from "./webhook-signature.ts";

export interface WebhookDelivery {
  /** Takes what is in the outbox; what it has already, it passes over. Cheap, and waits for nothing. */
  deliver(updates: Iterable<readonly [key: string, update: WebhookUpdateRecord]>): void;
  /** Breaks off; what was not delivered stays in the outbox. */
  close(): Promise<void>;
}

export interface WebhookDeliveryOptions {
  readonly settings: WebhookSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics?: Metrics;
  /** The hook as it is now; undefined when somebody removed it. */
  readonly webhookOf: (webhookId: string) => Webhook | undefined;
  /** An update's body as JSON. */
  readonly format: (update: WebhookUpdateRecord) => string;
  /** These may leave the outbox. */
  readonly onDelivered: (keys: readonly string[]) => void;
}

export function createWebhookDelivery(options: WebhookDeliveryOptions): WebhookDelivery {
  return new Delivery(options);
}

interface WaitingUpdate {
  readonly key: string;
  readonly update: WebhookUpdateRecord;
}

/** What waits for one hook. */
interface Lane {
  readonly webhookId: string;
  /** In the order of their keys, which is that in which they happened; the first may be in flight. */
  waiting: WaitingUpdate[];
  state: "idle" | "queued" | "inFlight" | "resting";
  rest: Timer | undefined;
  failures: number;
}

/** Answers are read so far that their connection can be used again. */
const answerBytesMax = 16 * 1024;

class Delivery implements WebhookDelivery {
  readonly #options: WebhookDeliveryOptions;
  readonly #client: HttpClient = createHttpClient();
  readonly #lanes = new Map<string, Lane>();
  readonly #known = new Set<string>();
  /** Lanes that wait for a place, in turn. */
  readonly #queued: Lane[] = [];
  readonly #underway = new Set<Promise<void>>();
  readonly #closed = new AbortController();

  constructor(options: WebhookDeliveryOptions) {
    this.#options = options;
    options.metrics?.gauge("scheduler/webhook_updates_waiting", () => this.#known.size);
  }

  deliver(updates: Iterable<readonly [key: string, update: WebhookUpdateRecord]>): void {
    if (this.#closed.signal.aborted) return;
    const touched = new Set<Lane>();
    for (const [key, update] of updates) {
      if (this.#known.has(key)) continue;
      this.#known.add(key);
      const lane = this.#laneOf(update.webhookId);
      lane.waiting.push({ key, update });
      touched.add(lane);
    }
    for (const lane of touched) {
      sortWaiting(lane);
      if (lane.state === "idle") this.#enqueue(lane);
    }
    this.#run();
  }

  async close(): Promise<void> {
    this.#closed.abort();
    for (const { rest } of this.#lanes.values()) rest?.cancel();
    await Promise.all(this.#underway);
    await this.#client.close();
  }

  #laneOf(webhookId: string): Lane {
    let lane = this.#lanes.get(webhookId);
    if (lane === undefined) {
      lane = { webhookId, waiting: [], state: "idle", rest: undefined, failures: 0 };
      this.#lanes.set(webhookId, lane);
    }
    return lane;
  }

  #enqueue(lane: Lane): void {
    lane.state = "queued";
    this.#queued.push(lane);
  }

  #run(): void {
    while (this.#underway.size < this.#options.settings.inFlightMax) {
      if (this.#closed.signal.aborted) return;
      const lane = this.#queued.shift();
      if (lane === undefined) return;
      const [first] = lane.waiting;
      const webhook = this.#options.webhookOf(lane.webhookId);
      if (first === undefined || webhook === undefined) this.#end(lane);
      else this.#sendInBackground(lane, first, webhook);
    }
  }

  /** Nothing is left to do, or the hook is gone and nobody waits for what is left. */
  #end(lane: Lane): void {
    this.#lanes.delete(lane.webhookId);
    this.#leave(lane, lane.waiting.length, "orphaned");
  }

  #sendInBackground(lane: Lane, first: WaitingUpdate, webhook: Webhook): void {
    lane.state = "inFlight";
    const underway = this.#send(first, webhook)
      .then((failure) => {
        if (this.#closed.signal.aborted) return;
        if (failure === undefined) this.#succeeded(lane);
        else this.#failed(lane, failure);
      })
      .finally(() => {
        this.#underway.delete(underway);
        this.#run();
      });
    this.#underway.add(underway);
  }

  #succeeded(lane: Lane): void {
    if (lane.failures > 0) {
      this.#options.logger.info(this.#shown(lane), "the webhook takes updates again");
    }
    lane.failures = 0;
    this.#leave(lane, 1, "delivered");
    this.#enqueue(lane);
  }

  #failed(lane: Lane, reason: string): void {
    const { clock, logger, settings } = this.#options;
    lane.failures += 1;
    const waitingAt = lane.waiting.map(({ update }) => update.at);
    const dropped = droppedOnFailure(settings, waitingAt, clock.now());
    const fields = { ...this.#shown(lane), reason, waiting: lane.waiting.length, dropped };
    if (dropped > 0) logger.warn(fields, "webhook updates were dropped");
    else if (lane.failures === 1) logger.warn(fields, "a webhook failed");
    this.#options.metrics?.counter("scheduler/webhook_failures").increment();
    this.#leave(lane, dropped, "dropped");
    lane.state = "resting";
    lane.rest = clock.after(settings.retryMs, () => {
      lane.rest = undefined;
      this.#enqueue(lane);
      this.#run();
    });
  }

  /** For logs. A hook's id has its address in it. */
  #shown({ webhookId }: Lane): { readonly type?: WebhookType; readonly server?: string } {
    const webhook = this.#options.webhookOf(webhookId);
    return webhook === undefined ? {} : { type: webhook.type, server: serverOf(webhook.uri) };
  }

  #leave(lane: Lane, count: number, how: "delivered" | "dropped" | "orphaned"): void {
    if (count === 0) return;
    const keys = lane.waiting.splice(0, count).map(({ key }) => key);
    for (const key of keys) this.#known.delete(key);
    this.#options.metrics?.counter(`scheduler/webhook_updates_${how}`).increment(count);
    this.#options.onDelivered(keys);
  }

  /** Undefined: the hook took it; else why not. Never rejects. */
  async #send({ key, update }: WaitingUpdate, webhook: Webhook): Promise<string | undefined> {
    const { clock, settings } = this.#options;
    const end = new AbortController();
    let isLate = false;
    const url = webhookAddress(webhook.uri, update);
    const timer = clock.after(settings.responseTimeoutMs, () => {
      isLate = true;
      end.abort();
    });
    const giveUp = () => end.abort();
    this.#closed.signal.addEventListener("abort", giveUp, { once: true });
    try {
      return await this.#post(key, update, url, end);
    } catch (error) {
      return isLate
        ? `no answer within ${settings.responseTimeoutMs / 1000} s`
        : describeError(error).replaceAll(url, serverOf(url));
    } finally {
      timer.cancel();
      this.#closed.signal.removeEventListener("abort", giveUp);
    }
  }

  async #post(
    key: string,
    update: WebhookUpdateRecord,
    url: string,
    end: AbortController,
  ): Promise<string | undefined> {
    const { clock, settings, format } = this.#options;
    const body = format(update);
    const signature = webhookSignature(settings.secrets, body, clock.now());
    const response = await this.#client.request({
      method: "POST",
      url,
      headers: {
        "Content-Type": "application/json",
        "User-Agent": "tavola-webhook",
        "X-Tavola-Event": update.type,
        // Made of a hook's id, which may be any text.
        "X-Tavola-Delivery": encodeURIComponent(key),
        ...(signature !== undefined && { "X-Tavola-Signature": signature }),
      },
      body,
      verifiesCertificate: settings.verifiesCertificates,
      isIdempotent: true,
      signal: end.signal,
    });
    let bytes = 0;
    for await (const chunk of response.chunks()) {
      bytes += chunk.length;
      if (bytes > answerBytesMax) break;
    }
    const isTaken = response.status >= 200 && response.status <= 299;
    return isTaken ? undefined : `it answered with status ${response.status}`;
  }
}

/** For logs: paths and queries of hooks have secrets in them, and so have user names. */
function serverOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : "";
}

/** The one in flight, which is the first, stays where it is. */
function sortWaiting(lane: Lane): void {
  const kept = lane.state === "inFlight" ? lane.waiting.slice(0, 1) : [];
  const rest = lane.waiting.slice(kept.length);
  const isSorted = rest.every(
    ({ key }, index) => index === 0 || (rest[index - 1]?.key ?? "") <= key,
  );
  if (isSorted) return;
  rest.sort((a, b) => (a.key < b.key ? -1 : 1));
  lane.waiting = [...kept, ...rest];
}
