/**
 * The words of what is told to people about the cluster and about mail itself.
 */

import type { EmailType } from "../model/enums.ts";
import type { DisasterDataPoint } from "../model/operations.ts";
import type { MailRecord } from "../records.ts";
import { durationWords } from "../requests/duration-words.ts";
import { type MailContext, requestUrl, timeWords } from "./mail-context.ts";
import type { MailDocument } from "./mail-document.ts";
import { colorOf } from "./mail-kinds.ts";
import { linked } from "./task-mail.ts";

/** Instead of one mail too many of its type about a request. */
export function rateLimitDocument(
  type: EmailType,
  requestId: string,
  context: MailContext,
): MailDocument {
  const { rateLimitAfter, rateLimitPeriodMs, rateLimitSilenceMs } = context.settings;
  const title = `${type} notifications for ${requestId} are being rate limited`;
  return {
    subject: title,
    color: colorOf(type),
    title,
    blocks: [
      {
        kind: "paragraph",
        text: `There were more than ${rateLimitAfter} of them within ${durationWords(rateLimitPeriodMs)}. None is sent for the next ${durationWords(rateLimitSilenceMs)}, whatever happens; other types, and other requests, go on.`,
      },
      ...linked(`See ${requestId}`, requestUrl(context, requestId)),
    ],
  };
}

export function disasterDocument(record: MailRecord, context: MailContext): MailDocument {
  const { disasters = [], stats = [] } = (record.details ?? {}) as {
    readonly disasters?: readonly string[];
    readonly stats?: readonly DisasterDataPoint[];
  };
  const rows = stats.map((point) => [
    timeWords(context, point.timestamp),
    ...[point.numActiveTasks, point.numLateTasks, point.numLostTasks, point.numLostAgents].map(
      (count) => String(count ?? 0),
    ),
    durationWords(point.avgTaskLagMillis ?? 0),
  ]);
  return {
    subject: `Disaster(s) detected: ${disasters.join(", ")}`,
    color: colorOf(record.type),
    title: `Disaster detected: ${disasters.join(", ")}`,
    blocks: [
      {
        kind: "paragraph",
        text:
          record.message ??
          "What the settings say for this case is switched off until it is over, or somebody switches it on again.",
      },
      {
        kind: "table",
        head: ["When", "Active tasks", "Late", "Lost", "Lost agents", "Average lag"],
        rows,
      },
    ],
  };
}

export function abortDocument(record: MailRecord, context: MailContext): MailDocument {
  const title = "The scheduler ends itself";
  return {
    subject: title,
    color: colorOf(record.type),
    title,
    blocks: [
      { kind: "facts", facts: [["When", timeWords(context, record.at)]] },
      { kind: "paragraph", text: record.message ?? "The reason is in its log." },
    ],
  };
}

export interface DroppedMails {
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** What administrators are told when mails could not be kept until the server came back. */
export function droppedDocument(dropped: DroppedMails, context: MailContext): MailDocument {
  const title = `${dropped.count} mails were not sent`;
  const [from, to] = [dropped.firstAt, dropped.lastAt].map((at) => timeWords(context, at));
  return {
    subject: title,
    color: colorOf("SINGULARITY_ABORTING"),
    title,
    blocks: [
      {
        kind: "paragraph",
        text: `They were about what happened between ${from} and ${to}, when the mail server did not take mails for too long, or took too few. What happened is in the history of requests and tasks.`,
      },
    ],
  };
}
