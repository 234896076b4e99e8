/**
 * The small bodies: pauses, skipped health checks, groups, webhooks, users, metadata, fire alarms.
 */

import type {
  PauseRequest,
  SkipHealthchecksRequest,
  TaskMetadataRequest,
} from "../model/actions.ts";
import type { Webhook } from "../model/operations.ts";
import type { RequestGroup } from "../model/request.ts";
import type { SchedulerConfig } from "../scheduler-config.ts";
import type { Outcome } from "../turn.ts";
import { durationSentence } from "./durations.ts";
import { type Rule, refuseBy, when } from "./rules.ts";
import { shellCommandSentence } from "./shell-command-rules.ts";
import { isRequestId } from "./validate-request.ts";

/** Refused with 400, as everything here. */
export function validatePause(pause: PauseRequest, config: SchedulerConfig): Outcome<PauseRequest> {
  return judge(pause, [
    ({ durationMillis }) => durationSentence(durationMillis),
    ({ runShellCommandBeforeKill }) => shellCommandSentence(runShellCommandBeforeKill, config),
  ]);
}

export function validateSkipHealthchecks(
  skip: SkipHealthchecksRequest,
): Outcome<SkipHealthchecksRequest> {
  return judge(skip, [({ durationMillis }) => durationSentence(durationMillis)]);
}

export function validateGroup(group: RequestGroup, config: SchedulerConfig): Outcome<RequestGroup> {
  const most = config.maxRequestIdSize;
  return judge(group, [
    ({ id }) =>
      when(!isRequestId(id), "Id cannot be null or contain characters other than [a-zA-Z0-9_-]"),
    ({ id }) =>
      when(
        id.length >= most,
        `Id must be less than ${most} characters, it is ${id.length} (${id})`,
      ),
  ]);
}

/** Differs: Singularity takes any URI; a webhook can only be sent to http and https. */
export function validateWebhook(webhook: Webhook): Outcome<Webhook> {
  return judge(webhook, [
    ({ uri }) => when(!isWebUri(uri), "Invalid URI provided"),
    (each) => {
      const { length } = webhookIdOf(each);
      return when(
        length > webhookIdCharactersMax,
        `uri is too long: as the id of a webhook it has ${length} characters, and at most ${webhookIdCharactersMax} are kept`,
      );
    },
  ]);
}

const webhookIdCharactersMax = 2000;

/** As Singularity makes it up. */
export function webhookIdOf({ type, uri }: Pick<Webhook, "type" | "uri">): string {
  return `${type}-${encodeURIComponent(uri)}`;
}

function isWebUri(uri: string): boolean {
  // The placeholders $REQUEST_ID, $DEPLOY_ID and $TASK_ID are filled in when it is called.
  // Half a surrogate pair cannot be part of an address, or of an id.
  return uri.isWellFormed() && /^https?:\/\/[^\s/?#]+[^\s]*$/i.test(uri) && URL.canParse(uri);
}

export function validateUserId(id: string, config: SchedulerConfig): Outcome<string> {
  return judge(id, [
    () => when(id === "", "User ID must be present and non-null"),
    () =>
      when(
        id.length > config.maxUserIdSize,
        `User ID cannot be more than ${config.maxUserIdSize} characters, it was ${id.length}`,
      ),
    () => when(!id.isWellFormed(), "User ID is no text: it has half a character in it"),
  ]);
}

export function validateStarredRequests(
  starred: readonly string[],
  config: SchedulerConfig,
): Outcome<readonly string[]> {
  return judge(starred, [
    () =>
      when(
        starred.length > config.maxStarredRequests,
        `Cannot have more than ${config.maxStarredRequests} starred requests`,
      ),
  ]);
}

export function validateTaskMetadata(
  metadata: TaskMetadataRequest,
  config: SchedulerConfig,
): Outcome<TaskMetadataRequest> {
  const { allowedMetadataTypes: types } = config;
  return judge(metadata, [
    ({ type }) =>
      when(
        types.length > 0 && !types.includes(type),
        `${type} is not one of the allowed metadata types [${types.join(", ")}]`,
      ),
    ({ title }) =>
      when(
        title.length >= config.maxMetadataTitleLength,
        `Task metadata title too long, must be less than ${config.maxMetadataTitleLength} bytes`,
      ),
    ({ message = "" }) =>
      when(
        message.length >= config.maxMetadataMessageLength,
        `Task metadata message too long, must be less than ${config.maxMetadataMessageLength} bytes`,
      ),
  ]);
}

function judge<T>(value: T, rules: readonly Rule<T>[]): Outcome<T> {
  return refuseBy(value, rules) ?? { value };
}
