/**
 * What an operator sets about mail, with every default in one table.
 *
 * Names and values are Singularity's where it has one. How to reach the SMTP server is not here
 * (`mail/smtp-settings.ts`): what decides does not send.
 */

import { hourMs, minuteMs } from "@tavola/base";
import type { EmailDestination, EmailType } from "../model/enums.ts";
import type { Request } from "../model/request.ts";
import { parseErrorPattern } from "./error-pattern.ts";

export interface MailSettings {
  /** Who is meant by ADMINS. */
  readonly admins: readonly string[];
  /** To whom each type goes; a type without an entry is off. A request may override its own. */
  readonly destinations: MailDestinations;
  readonly subjectPrefix?: string;
  /** Where people see the console; without it there are no links. No trailing slash. */
  readonly uiBaseUrl?: string;
  /** An IANA time zone, for every time in a mail. */
  readonly timeZone: string;
  /** Mails go only to those who asked for them (the allow list) instead of to all but the block list. */
  readonly optIn: boolean;
  /** After so many mails of one type about one request within the period there is silence. 0: never. */
  readonly rateLimitAfter: number;
  readonly rateLimitPeriodMs: number;
  readonly rateLimitSilenceMs: number;
  /** Mails of one cause that come within so long of the first become one. */
  readonly groupWindowMs: number;
  readonly logs: LogTailSettings;
}

export type MailDestinations = { readonly [T in EmailType]?: readonly EmailDestination[] };

export interface LogTailSettings {
  /** Files in the task's sandbox; `$MESOS_TASK_ID` stands for the task's id. */
  readonly files: readonly string[];
  readonly tailBytes: number;
  /** Shows the place of the first match instead of the end. A request may have its own. */
  readonly errorRegex?: string;
  readonly errorRegexCaseSensitive: boolean;
  /** How far into a file the first match is looked for. */
  readonly searchBytesMax: number;
}

const ownersAndAdmins = ["OWNERS", "ADMINS"] as const;

export const defaultMailSettings: MailSettings = {
  admins: [],
  destinations: {
    TASK_LOST: ["ADMINS", "ACTION_TAKER"],
    TASK_FAILED: ["OWNERS", "ADMINS", "ACTION_TAKER"],
    TASK_KILLED_UNHEALTHY: ownersAndAdmins,
    TASK_FINISHED_LONG_RUNNING: ownersAndAdmins,
    TASK_FINISHED_ON_DEMAND: ["OWNERS", "ACTION_TAKER"],
    TASK_SCHEDULED_OVERDUE_TO_FINISH: ownersAndAdmins,
    REQUEST_IN_COOLDOWN: ownersAndAdmins,
    REQUEST_PAUSED: ownersAndAdmins,
    REQUEST_UNPAUSED: ownersAndAdmins,
    REQUEST_REMOVED: ownersAndAdmins,
    REQUEST_SCALED: ["OWNERS"],
    REPLACEMENT_TASKS_FAILING: ["OWNERS"],
    SINGULARITY_ABORTING: ["ADMINS"],
    DISASTER_DETECTED: ["ADMINS"],
    DEPLOY_FAILED: ["OWNERS", "ACTION_TAKER", "ADMINS"],
  },
  timeZone: "UTC",
  optIn: false,
  rateLimitAfter: 5,
  rateLimitPeriodMs: 10 * minuteMs,
  rateLimitSilenceMs: hourMs,
  groupWindowMs: 3000,
  logs: {
    files: ["stdout", "stderr"],
    tailBytes: 512,
    errorRegexCaseSensitive: true,
    searchBytesMax: 100_000,
  },
};

/** To whom a mail of this type goes; empty: to nobody. A request's override replaces the list. */
export function destinationsOf(
  settings: MailSettings,
  type: EmailType,
  request: Request | undefined,
): readonly EmailDestination[] {
  return request?.emailConfigurationOverrides?.[type] ?? settings.destinations[type] ?? [];
}

/** The setting that makes no sense, by name; undefined when all do. */
export function validateMailSettings(settings: MailSettings): string | undefined {
  if (!isTimeZone(settings.timeZone)) {
    return `mailerTimeZone: no time zone is called "${settings.timeZone}"; say e.g. "Europe/London"`;
  }
  if (settings.uiBaseUrl !== undefined && !URL.canParse(settings.uiBaseUrl)) {
    return `uiBaseUrl: "${settings.uiBaseUrl}" is no URL; say e.g. "https://tavola.example/ui"`;
  }
  const pattern = settings.logs.errorRegex;
  if (pattern !== undefined && parseErrorPattern(pattern) === undefined) {
    return `taskLogErrorRegex: "${pattern}" is no regular expression of JavaScript`;
  }
  return undefined;
}

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone }) !== undefined;
  } catch {
    return false;
  }
}
