/**
 * Something that somebody may want to be mailed about is put into the outbox; the mailer decides
 * who, and finds the words.
 *
 * Nothing is put that nobody would get: where there is no mail, where the type is off, or while sending
 * mail is a disabled action.
 */

import { isActionDisabled } from "../operations/disabled-actions.ts";
import type { MailRecord } from "../records.ts";
import type { Turn } from "../turn.ts";
import { destinationsOf } from "./mail-settings.ts";

/** Health results go along without their bodies but for the last one's first so many characters. */
const bodyCharactersMax = 512;

export function putMail(turn: Turn, mail: Omit<MailRecord, "at">): void {
  const { type, request, requestId = "" } = mail;
  const settings = turn.config.mail;
  if (settings === undefined || destinationsOf(settings, type, request).length === 0) return;
  if (isActionDisabled(turn.state, "SEND_EMAIL") !== undefined) return;
  const at = Math.floor(turn.now);
  let key = `${type}-${requestId}-${at}`;
  for (let n = 2; turn.get("outboxMail", key) !== undefined; n += 1)
    key = `${type}-${requestId}-${at}-${n}`;
  turn.put("outboxMail", key, { ...withoutBodies(mail), at });
}

function withoutBodies(mail: Omit<MailRecord, "at">): Omit<MailRecord, "at"> {
  const { taskHistory } = mail;
  if (taskHistory === undefined) return mail;
  const healthcheckResults = taskHistory.healthcheckResults.slice(-1).map((result) => {
    const { responseBody, ...rest } = result;
    if (responseBody === undefined) return rest;
    return { ...rest, responseBody: responseBody.slice(0, bodyCharactersMax) };
  });
  return { ...mail, taskHistory: { ...taskHistory, healthcheckResults } };
}
