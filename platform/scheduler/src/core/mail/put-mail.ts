/**
 * Something that somebody may want to be mailed about is put into the outbox; the mailer decides
 * who, and finds the words.
 */

import type { MailRecord } from "../records.ts";
import type { Turn } from "../turn.ts";

export function putMail(turn: Turn, mail: Omit<MailRecord, "at">): void {
  const { type, requestId = "" } = mail;
  const at = turn.now;
  let key = `${type}-${requestId}-${at}`;
  for (let n = 2; turn.get("outboxMail", key) !== undefined; n += 1)
    key = `${type}-${requestId}-${at}-${n}`;
  turn.put("outboxMail", key, { ...mail, at });
  turn.effect({ kind: "outbox", outbox: "mail" });
}
