/**
 * The words of mails about deploys that failed or succeeded. Ours: Singularity sends none.
 */

import type { DeployHistory } from "../model/deploy-progress.ts";
import type { MailRecord } from "../records.ts";
import { deployUrl, type MailContext, requestUrl, timeWords } from "./mail-context.ts";
import type { MailBlock, MailDocument } from "./mail-document.ts";
import { colorOf } from "./mail-kinds.ts";
import { said } from "./request-mail.ts";
import { linked, logBlocks } from "./task-mail.ts";

/** Undefined when the record does not say which deploy. */
export function deployMailDocument(
  record: MailRecord,
  context: MailContext,
): MailDocument | undefined {
  const history = record.deployHistory;
  if (history === undefined) return undefined;
  const { requestId, deployId } = history.deployMarker;
  const title = `Deploy ${deployId} of ${requestId} ${endOf(record, history)}`;
  return {
    subject: title,
    color: colorOf(record.type),
    title,
    blocks: [
      ...linked("See the deploy", deployUrl(context, requestId, deployId)),
      ...said(history.deployMarker),
      ...(record.message === undefined
        ? []
        : [{ kind: "paragraph", text: record.message } as const]),
      { kind: "paragraph", text: consequence(record) },
      ...facts(record, history, context),
      ...failures(history, context),
      ...linked(`See ${requestId}`, requestUrl(context, requestId)),
    ],
  };
}

/** The first tasks that a deploy failed for: whose logs are worth reading. */
export function failedTasksOf({ deployResult }: DeployHistory): readonly string[] {
  return (deployResult?.deployFailures ?? []).flatMap(({ taskId }) =>
    taskId === undefined ? [] : [taskId.id],
  );
}

function endOf({ type }: MailRecord, { deployResult }: DeployHistory): string {
  if (type === "DEPLOY_SUCCEEDED") return "succeeded";
  if (deployResult?.deployState === "OVERDUE") return "failed: it took too long";
  return deployResult?.deployState === "CANCELED" ? "was cancelled" : "failed";
}

function consequence({ type, details }: MailRecord): string {
  const rolledBackTo = details?.["rolledBackTo"];
  if (type === "DEPLOY_SUCCEEDED") return "Its instances have taken over.";
  if (typeof rolledBackTo === "string") {
    return `It had succeeded, and its instances fell ill afterwards. The request goes back to deploy ${rolledBackTo}.`;
  }
  return "Its instances are killed. What ran before it was not touched and goes on.";
}

function facts(
  { user, message }: MailRecord,
  { deployMarker, deployResult }: DeployHistory,
  context: MailContext,
): readonly MailBlock[] {
  const by = user ?? deployMarker.user;
  const list: (readonly [string, string])[] = [
    ["Begun", timeWords(context, deployMarker.timestamp)],
    ...(by === undefined ? [] : [["By", by] as const]),
    ...(deployResult === undefined
      ? []
      : [
          ["Ended", timeWords(context, deployResult.timestamp)] as const,
          ["Result", deployResult.deployState] as const,
        ]),
    ...(deployResult?.message === undefined || deployResult.message === message
      ? []
      : [["Reason", deployResult.message] as const]),
  ];
  return [{ kind: "facts", facts: list }];
}

function failures(history: DeployHistory, context: MailContext): readonly MailBlock[] {
  const list = history.deployResult?.deployFailures ?? [];
  if (list.length === 0) return [];
  const rows = list.map(({ reason, taskId, message }) => [reason, taskId?.id ?? "", message ?? ""]);
  const logged = [...new Set(failedTasksOf(history))].filter((id) => context.logs.has(id));
  return [
    { kind: "heading", text: "Why" },
    { kind: "table", head: ["Reason", "Task", "Message"], rows },
    ...logged.flatMap((id) => [{ kind: "heading", text: id } as const, ...logBlocks(id, context)]),
  ];
}
