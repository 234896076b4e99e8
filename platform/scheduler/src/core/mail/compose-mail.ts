/**
 * From a bundle to the words of its mail, and which tasks' logs are wanted for them.
 */

import type { MailRecord } from "../records.ts";
import { deployMailDocument, failedTasksOf } from "./deploy-mail.ts";
import type { MailBundle } from "./mail-bundles.ts";
import type { MailContext } from "./mail-context.ts";
import type { MailDocument } from "./mail-document.ts";
import { abortDocument, disasterDocument } from "./notice-mail.ts";
import { requestMailDocument } from "./request-mail.ts";
import { taskMailDocument } from "./task-mail.ts";

/** Of more tasks no logs are shown: the mail would be long, and its sending late. */
const tasksLoggedMax = 3;

/** Undefined: the records lack what the mail would be about. */
export function mailDocumentOf(bundle: MailBundle, context: MailContext): MailDocument | undefined {
  const document = documentOf(
    bundle.mails.map(({ record }) => record),
    context,
  );
  if (document === undefined) return undefined;
  return { ...document, subject: subjectOf(document, context) };
}

/** As it stands in the mail's head: one line, with the prefix of the settings. */
export function subjectOf({ subject }: MailDocument, { settings }: MailContext): string {
  return `${settings.subjectPrefix ?? ""}${subject}`.replace(/\s+/g, " ").slice(0, 250);
}

function documentOf(
  records: readonly MailRecord[],
  context: MailContext,
): MailDocument | undefined {
  const [record] = records;
  if (record === undefined) return undefined;
  switch (record.type) {
    case "DISASTER_DETECTED":
      return disasterDocument(record, context);
    case "SINGULARITY_ABORTING":
      return abortDocument(record, context);
    case "DEPLOY_FAILED":
    case "DEPLOY_SUCCEEDED":
      return deployMailDocument(record, context);
    default:
      return record.type.startsWith("TASK_")
        ? taskMailDocument(records, context)
        : requestMailDocument(record, context);
  }
}

/** Tasks whose logs belong into the mail, by id. None of lost ones: their machine is what went away. */
export function tasksToRead({ mails }: MailBundle): readonly string[] {
  const ids = mails.flatMap(({ record }) => {
    if (record.type === "TASK_LOST") return [];
    if (record.type === "DEPLOY_FAILED" && record.deployHistory !== undefined) {
      return failedTasksOf(record.deployHistory);
    }
    return record.taskHistory === undefined ? [] : [record.taskHistory.task.taskId.id];
  });
  return [...new Set(ids)].slice(0, tasksLoggedMax);
}
