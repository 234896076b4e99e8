/**
 * Something that happened is put into the outbox of every webhook of its type.
 *
 * Keys sort in the order in which things happened, hook by hook, because each hook is told in that order
 * and an outbox read back after a restart has no other.
 */

import type { WebhookType } from "../model/enums.ts";
import type { WebhookUpdateRecord } from "../records.ts";
import type { SchedulerState } from "../state.ts";
import type { Turn } from "../turn.ts";

export interface Announcement {
  readonly type: WebhookType;
  /** What `$REQUEST_ID`, `$DEPLOY_ID` and `$TASK_ID` in a hook's address stand for. */
  readonly requestId?: string;
  readonly deployId?: string;
  readonly taskId?: string;
  readonly body: WebhookUpdateRecord["body"];
}

/** PERF: O(webhooks), of which there are few; nothing when there is none of the type. */
export function announce(turn: Turn, announcement: Announcement): void {
  const at = Math.floor(turn.now);
  for (const { id: webhookId, type } of turn.state.records.webhook.values()) {
    if (type !== announcement.type) continue;
    turn.put("outboxWebhook", freeKey(turn, webhookId, at), { ...announcement, webhookId, at });
  }
}

/** Per state, how many were announced at the last instant. */
const announced = new WeakMap<SchedulerState, { readonly at: number; count: number }>();

function freeKey(turn: Turn, webhookId: string, at: number): string {
  let last = announced.get(turn.state);
  if (last?.at !== at) {
    last = { at, count: 0 };
    announced.set(turn.state, last);
  }
  const prefix = `${webhookId}-${String(at).padStart(14, "0")}`;
  // Taken only by what was put within this very millisecond before a restart.
  for (;;) {
    const key = `${prefix}-${String(last.count).padStart(6, "0")}`;
    last.count += 1;
    if (turn.get("outboxWebhook", key) === undefined) return key;
  }
}
