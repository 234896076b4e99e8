/**
 * An update's body as Singularity's clients expect it, by the type of its hook.
 */

import type { DeployUpdate } from "../model/deploy-progress.ts";
import { deployUpdateShape } from "../model/deploy-progress-shape.ts";
import type { WebhookType } from "../model/enums.ts";
import type { ElevatedAccessEvent } from "../model/operations.ts";
import { elevatedAccessEventShape, taskWebhookShape } from "../model/operations-shape.ts";
import type { CrashLoopInfo, RequestHistory } from "../model/request.ts";
import { crashLoopInfoShape, requestHistoryShape } from "../model/request-shape.ts";
import type { TaskWebhook, WebhookUpdateRecord } from "../records.ts";

type Body = WebhookUpdateRecord["body"];

const formats: Readonly<Record<WebhookType, (body: Body) => string>> = {
  REQUEST: (body) => requestHistoryShape.format(body as RequestHistory),
  DEPLOY: (body) => deployUpdateShape.format(body as DeployUpdate),
  TASK: (body) => taskWebhookShape.format(body as TaskWebhook),
  CRASHLOOP: (body) => crashLoopInfoShape.format(body as CrashLoopInfo),
  ELEVATED_ACCESS: (body) => elevatedAccessEventShape.format(body as ElevatedAccessEvent),
};

/** JSON text. */
export function formatWebhookBody({ type, body }: WebhookUpdateRecord): string {
  return formats[type](body);
}
