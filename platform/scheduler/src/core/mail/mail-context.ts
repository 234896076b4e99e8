/**
 * What the words of every mail need beside its records: links, times, and what was read of logs.
 */

import type { MailSettings } from "./mail-settings.ts";

export interface MailContext {
  readonly settings: MailSettings;
  /** What was read of a task's logs, by its id. A task that is absent was not asked. */
  readonly logs: ReadonlyMap<string, readonly LogTail[]>;
}

export interface LogTail {
  /** As the settings name the file. */
  readonly file: string;
  /** What it says there; or, in `problem`, why nobody knows. */
  readonly text?: string;
  readonly problem?: string;
}

export function requestUrl({ settings }: MailContext, requestId: string): string | undefined {
  return under(settings, `request/${encodeURIComponent(requestId)}`);
}

export function taskUrl({ settings }: MailContext, taskId: string): string | undefined {
  return under(settings, `task/${encodeURIComponent(taskId)}`);
}

export function deployUrl(
  { settings }: MailContext,
  requestId: string,
  deployId: string,
): string | undefined {
  const [request, deploy] = [requestId, deployId].map(encodeURIComponent);
  return under(settings, `request/${request}/deploy/${deploy}`);
}

export function logUrl(
  { settings }: MailContext,
  taskId: string,
  file: string,
): string | undefined {
  const path = file.split("/").map(encodeURIComponent).join("/");
  return under(settings, `task/${encodeURIComponent(taskId)}/tail/${path}`);
}

function under({ uiBaseUrl }: MailSettings, path: string): string | undefined {
  return uiBaseUrl === undefined ? undefined : `${uiBaseUrl.replace(/\/$/, "")}/${path}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** "Nov 21, 09:35:24 UTC", in the zone of the settings, which must be one. */
export function timeWords({ settings: { timeZone } }: MailContext, epochMs: number): string {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      month: "short",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
      timeZoneName: "short",
    });
    formats.set(timeZone, format);
  }
  return format.format(epochMs);
}
