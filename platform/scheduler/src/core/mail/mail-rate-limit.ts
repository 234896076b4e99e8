/**
 * How many mails of one type about one request are enough.
 *
 * So many within the period are sent. The next one becomes a notice that there will be silence, and then
 * there is. Mails that one cause makes at the same time count once, because they are one mail.
 */

import type { MailCount, MailRecord } from "../records.ts";
import type { MailSettings } from "./mail-settings.ts";

/** What is counted together. */
export function mailCountKey({ requestId, type }: Pick<MailRecord, "requestId" | "type">): string {
  return `${requestId} ${type}`;
}

export type RateVerdict =
  | "send"
  /** Say that there will be silence, instead. */
  | "notice"
  | "silence";

export interface Counted {
  readonly verdict: RateVerdict;
  /** Undefined: nothing to remember. */
  readonly count: MailCount | undefined;
}

type RateSettings = Pick<
  MailSettings,
  "rateLimitAfter" | "rateLimitPeriodMs" | "rateLimitSilenceMs"
>;

/** One more is about to be sent. */
export function mailCounted(
  settings: RateSettings,
  before: MailCount | undefined,
  now: number,
): Counted {
  if (settings.rateLimitAfter < 1) return { verdict: "send", count: undefined };
  if (before?.silentUntil !== undefined && now < before.silentUntil) {
    return { verdict: "silence", count: before };
  }
  const sentAt = [...recent(settings, before, now), now];
  if (sentAt.length <= settings.rateLimitAfter) return { verdict: "send", count: { sentAt } };
  const silentUntil = now + settings.rateLimitSilenceMs;
  return { verdict: "notice", count: { sentAt, silentUntil } };
}

/** One that was counted at `at` has been sent; a notice of silence brings the silence with it. */
export function mailSent(
  settings: RateSettings,
  before: MailCount | undefined,
  at: number,
  silentUntil: number | undefined = before?.silentUntil,
): MailCount {
  const others = recent(settings, before, at).filter((each) => each !== at);
  return { sentAt: [...others, at], ...(silentUntil === undefined ? {} : { silentUntil }) };
}

/** Whether a count says nothing any more. */
export function isCountStale(settings: RateSettings, count: MailCount, now: number): boolean {
  const isSilent = count.silentUntil !== undefined && now < count.silentUntil;
  return !isSilent && recent(settings, count, now).length === 0;
}

function recent(
  settings: RateSettings,
  count: MailCount | undefined,
  now: number,
): readonly number[] {
  return (count?.sentAt ?? []).filter((at) => now - at < settings.rateLimitPeriodMs);
}
