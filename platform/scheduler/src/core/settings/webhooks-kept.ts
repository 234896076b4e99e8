/**
 * Webhooks: who is told of what. One of a type and an address is there once.
 */

import { given } from "../given.ts";
import type { Webhook } from "../model/operations.ts";
import type { Outcome, Turn } from "../turn.ts";
import { validateWebhook, webhookIdOf } from "../validation/validate-action.ts";

/** Refused with 400: no address that could be called. */
export function webhookAdded(
  turn: Turn,
  posted: Webhook,
  user: string | undefined,
): Outcome<"CREATED" | "EXISTED"> {
  const valid = validateWebhook(posted);
  if (valid.refusal !== undefined) return valid;
  const id = webhookIdOf(posted);
  if (turn.get("webhook", id) !== undefined) return { value: "EXISTED" };
  const { uri, type } = posted;
  const timestamp = posted.timestamp === 0 ? Math.floor(turn.now) : posted.timestamp;
  turn.put("webhook", id, { uri, type, id, timestamp, ...given({ user: posted.user ?? user }) });
  return { value: "CREATED" };
}

/** With what it has not been told yet. */
export function webhookRemoved(turn: Turn, id: string): "DELETED" | "DIDNT_EXIST" {
  if (turn.get("webhook", id) === undefined) return "DIDNT_EXIST";
  turn.remove("webhook", id);
  for (const [key, { webhookId }] of [...turn.state.records.outboxWebhook]) {
    if (webhookId === id) turn.remove("outboxWebhook", key);
  }
  return "DELETED";
}
