/**
 * The words of mails about requests: paused, unpaused, removed, scaled, in cooldown.
 */

import type { MailRecord } from "../records.ts";
import { durationWords } from "../requests/duration-words.ts";
import { type MailContext, requestUrl, timeWords } from "./mail-context.ts";
import type { MailBlock, MailDocument } from "./mail-document.ts";
import { colorOf } from "./mail-kinds.ts";
import { linked } from "./task-mail.ts";

export function requestMailDocument(record: MailRecord, context: MailContext): MailDocument {
  const requestId = record.requestId ?? record.request?.id ?? "unknown";
  const did = deedOf(record);
  const by = record.user === undefined ? "" : ` by ${record.user}`;
  const title = `Request ${requestId} ${did}`;
  return {
    subject: title,
    color: colorOf(record.type),
    title: `${title}${by}`,
    blocks: [
      ...linked(`See ${requestId}`, requestUrl(context, requestId)),
      ...said(record),
      { kind: "paragraph", text: consequence(record, context) },
    ],
  };
}

/** The message of whoever did it. */
export function said({
  message,
  user,
}: Pick<MailRecord, "message" | "user">): readonly MailBlock[] {
  if (message === undefined || message === "") return [];
  return [{ kind: "quote", text: message, ...(user !== undefined && { by: user }) }];
}

function deedOf({ type }: MailRecord): string {
  switch (type) {
    case "REQUEST_PAUSED":
      return "has been paused";
    case "REQUEST_UNPAUSED":
      return "has been unpaused";
    case "REQUEST_REMOVED":
      return "has been removed";
    case "REQUEST_SCALED":
      return "has been scaled";
    case "REQUEST_IN_COOLDOWN":
      return "has entered system cooldown";
    default:
      return "cannot replace its tasks";
  }
}

function consequence(record: MailRecord, context: MailContext): string {
  const { type, at, details = {} } = record;
  const numberOf = (name: string) =>
    typeof details[name] === "number" ? (details[name] as number) : undefined;
  const durationMs = numberOf("durationMillis");
  const until = durationMs === undefined ? undefined : timeWords(context, at + durationMs);
  switch (type) {
    case "REQUEST_PAUSED": {
      const tasks = details["killTasks"] === false ? "are left to end" : "are killed";
      const end = until === undefined ? "somebody unpauses it" : until;
      return `Nothing of it is started until ${end}. Its running tasks ${tasks}.`;
    }
    case "REQUEST_UNPAUSED":
      return "Its tasks are started again.";
    case "REQUEST_REMOVED":
      return "Its tasks are killed. Its history stays; a request of the same name begins anew.";
    case "REQUEST_SCALED": {
      const from = numberOf("oldInstances") ?? 1;
      const to = numberOf("newInstances") ?? record.request?.instances ?? 1;
      const back = until === undefined ? "" : ` It goes back to ${from} at ${until}.`;
      return `It is to run ${to} instances; before it was ${from}.${back}`;
    }
    case "REQUEST_IN_COOLDOWN": {
      const delayMs = numberOf("delayMillis");
      const delay = delayMs === undefined ? "a while" : durationWords(delayMs);
      return `Its tasks failed again and again in a short time. They are still started, but each only after ${delay}, and nobody is mailed about their ends until it is over: when they fail less often, or somebody ends the cooldown.`;
    }
    default:
      return "The tasks that are to replace others fail.";
  }
}
