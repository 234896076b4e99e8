/**
 * Where an update goes, and what is dropped when it did not get there.
 */

import type { WebhookUpdateRecord } from "../records.ts";
import type { WebhookSettings } from "./webhook-settings.ts";

/**
 * The hook's address with `$REQUEST_ID`, `$DEPLOY_ID` and `$TASK_ID` filled in, and for ELEVATED_ACCESS
 * `$USER_ID` and `$SCOPE`; encoded, so that a name cannot become another path or parameter. A placeholder
 * that the update has nothing for stays as it is.
 */
export function webhookAddress(uri: string, update: WebhookUpdateRecord): string {
  const { user, scope } = update.body as { readonly user?: unknown; readonly scope?: unknown };
  const isAccess = update.type === "ELEVATED_ACCESS";
  const values: Readonly<Record<string, unknown>> = {
    $REQUEST_ID: update.requestId,
    $DEPLOY_ID: update.deployId,
    $TASK_ID: update.taskId,
    $USER_ID: isAccess ? user : undefined,
    $SCOPE: isAccess ? scope : undefined,
  };
  return uri.replace(/\$(?:REQUEST_ID|DEPLOY_ID|TASK_ID|USER_ID|SCOPE)/g, (name) => {
    const value = values[name];
    return typeof value === "string" ? encodeURIComponent(value) : name;
  });
}

/**
 * How many of the updates waiting for a hook, oldest first, are dropped now that the oldest failed.
 * `waitingAt` is when each of them happened.
 */
export function droppedOnFailure(
  settings: Pick<WebhookSettings, "queuedMax" | "undeliverableAfterMs">,
  waitingAt: readonly number[],
  now: number,
): number {
  const { queuedMax, undeliverableAfterMs } = settings;
  const tooMany = queuedMax > 0 ? Math.max(0, waitingAt.length - queuedMax) : 0;
  if (undeliverableAfterMs <= 0) return tooMany;
  const firstKept = waitingAt.findIndex((at) => now - at <= undeliverableAfterMs);
  return Math.max(tooMany, firstKept === -1 ? waitingAt.length : firstKept);
}
