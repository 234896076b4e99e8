/** Answers that are ours: refusals, redirects, what a rule responds. */

import type { ClientExchange } from "../client/client-exchange.ts";
import { noBody } from "../core/message/body-framing.ts";

export interface OwnAnswer {
  readonly status: number;
  readonly body: string;
  /** Default: plain text. */
  readonly contentType?: string;
  readonly fields?: readonly string[];
}

/** Returns how many bytes of body it sent. */
export function answerOurselves(client: ClientExchange, answer: OwnAnswer): number {
  const { status, fields = [] } = answer;
  const body = Buffer.from(answer.body);
  const hasNone = status === 204 || status === 304;
  const type = answer.contentType ?? "text/plain; charset=utf-8";
  const isHead = client.request.method === "HEAD";
  client.respond({
    status,
    reason: "",
    fields: hasNone ? fields : ["content-type", type, ...fields],
    announcedBytes: isHead && !hasNone ? String(body.length) : undefined,
    framing: hasNone || isHead ? noBody : { kind: "length", bytes: body.length },
  });
  const sent = hasNone || isHead ? 0 : body.length;
  if (sent > 0) client.write(body);
  client.end(undefined);
  return sent;
}
