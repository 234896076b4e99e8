/**
 * Whether the schedule of a request makes sense for its type, can be read, and ever comes round.
 *
 * Owns which fields may go together; how a schedule is read is the business of `schedules/`.
 */

import type { Instant } from "@tavola/base";
import type { ScheduleType } from "../model/enums.ts";
import type { Request } from "../model/request.ts";
import { neverFires, parseSchedule, quartzOf } from "../schedules/schedule.ts";
import { timeZoneOf } from "../schedules/time-zone.ts";
import { type Outcome, refused } from "../turn.ts";

export interface ValidSchedule {
  /** As Quartz has it; absent for RFC 5545 rules, and for requests without a schedule. */
  readonly quartzSchedule?: string;
}

/** `existing`: the request as it is, when this is an update. */
export function validateSchedule(
  posted: Request,
  now: Instant,
  existing?: Request,
): Outcome<ValidSchedule> {
  if (posted.requestType !== "SCHEDULED") return validateAbsence(posted);
  const request = withoutEcho(posted, existing);
  const text = request.quartzSchedule ?? request.schedule;
  if (text === undefined) {
    return refused(400, "Specify at least one of schedule or quartzSchedule");
  }
  const form = formOf(request);
  if (form.refusal !== undefined) return form;
  const written = form.value === "RFC5545" ? (request.schedule ?? text) : text;
  const zone = zoneRefusal(request);
  if (zone !== undefined) return zone;
  const parsed = parseSchedule(written, form.value, request.scheduleTimeZone);
  if (parsed.error !== undefined) return refused(400, parsed.error);
  if (neverFires(parsed.value, now)) {
    return refused(400, `Schedule ${written} never comes round; give one with a run in the future`);
  }
  const quartz = quartzOf(parsed.value);
  return { value: quartz === undefined ? {} : { quartzSchedule: quartz } };
}

/**
 * Differs: what was read from us and is posted again has `schedule` and its translation as well; the
 * translation, when it has not been changed, does not count over a schedule that has.
 */
function withoutEcho(request: Request, existing: Request | undefined): Request {
  const { quartzSchedule, ...rest } = request;
  const isEcho = quartzSchedule !== undefined && quartzSchedule === existing?.quartzSchedule;
  return isEcho && request.schedule !== undefined ? rest : request;
}

function validateAbsence(request: Request): Outcome<ValidSchedule> {
  if (request.quartzSchedule !== undefined || request.schedule !== undefined) {
    return refused(400, "Non-scheduled requests can not specify a schedule");
  }
  if (request.scheduleType !== undefined) {
    return refused(400, "ScheduleType can only be set for scheduled requests");
  }
  return zoneRefusal(request) ?? { value: {} };
}

/** `quartzSchedule` is Quartz's; `schedule` is unix cron where no type says otherwise. */
function formOf(request: Request): Outcome<ScheduleType> {
  const { quartzSchedule, schedule, scheduleType } = request;
  if (scheduleType === "RFC5545") return { value: "RFC5545" };
  if (quartzSchedule === undefined) return { value: scheduleType ?? "CRON" };
  if (schedule === undefined && scheduleType === "CRON") {
    return refused(400, "If using quartzSchedule specify scheduleType QUARTZ or leave it blank");
  }
  return { value: "QUARTZ" };
}

function zoneRefusal({ scheduleTimeZone: zone }: Request): ReturnType<typeof refused> | undefined {
  if (zone === undefined || timeZoneOf(zone).error === undefined) return undefined;
  return refused(
    400,
    `scheduleTimeZone ${zone} does not map to a valid Java TimeZone object (e.g. 'US/Eastern' or 'GMT')`,
  );
}
