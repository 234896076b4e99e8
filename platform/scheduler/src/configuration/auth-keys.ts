/**
 * How the settings about who may do what, and about how long history is kept, are called in the file.
 */

import {
  type AuthSettings,
  authenticatorKinds,
  type KnownUser,
  type ScopeNames,
  type WebhookAuthSettings,
} from "../api/auth/auth-settings.ts";
import { object, optional } from "../core/model/fields.ts";
import { list, mapOf, oneOf, type Shape } from "../core/model/shape.ts";
import type { Retention } from "../history/retention.ts";
import {
  countOrNever,
  duration,
  durationOrNever,
  type Key,
  key,
  type SectionKeys,
  text,
  texts,
  truth,
} from "./key.ts";

const knownUser: Shape<KnownUser> = object("KnownUser", {
  name: optional(text),
  email: optional(text),
  groups: optional(texts),
  scopes: optional(texts),
});

const authenticator = oneOf(authenticatorKinds);

/** The older key names one. */
const authenticators: Key<AuthSettings["authenticators"]> = {
  own: (json, path) => list(authenticator).parse(json, path),
  others: [
    {
      path: "auth.authenticator",
      read(json, path) {
        const parsed = authenticator.parse(json, path);
        return parsed.error === undefined ? { value: [parsed.value] } : parsed;
      },
    },
  ],
};

/** Own names under `auth.`. */
export const authKeys: SectionKeys<Omit<AuthSettings, "scopes" | "webhook">> = {
  enabled: key(truth),
  mode: key(oneOf(["GROUPS", "GROUPS_SCOPES"]), "auth.authMode"),
  authenticators,
  requestUserHeaderName: key(text),
  defaultEmailDomain: key(text),
  users: key(mapOf(knownUser)),
  adminGroups: key(texts),
  requiredGroups: key(texts),
  jitaGroups: key(texts),
  defaultReadOnlyGroups: key(texts),
  globalReadOnlyGroups: key(texts),
  globalReadWriteGroups: key(texts),
};

/** Own names under `auth.scopes.`. */
export const scopeKeys: SectionKeys<ScopeNames> = {
  admin: key(texts),
  write: key(texts),
  read: key(texts),
  deploy: key(texts),
};

/** Own names under `auth.webhook.`. */
export const webhookAuthKeys: SectionKeys<WebhookAuthSettings> = {
  verificationUrl: key(text, "webhookAuth.authVerificationUrl"),
  responseParser: key(oneOf(["WRAPPED", "RAW"]), "auth.authResponseParser"),
  timeoutMs: duration("auth.webhookAuthRequestTimeoutMs"),
  cacheMs: duration("webhookAuth.cacheValidationMs"),
};

/** Own names under `retention.`. */
export const retentionKeys: SectionKeys<Retention> = {
  taskContentMs: durationOrNever("historyPurging.deleteTaskHistoryBytesAfterDays", "days"),
  taskMs: durationOrNever("historyPurging.deleteTaskHistoryAfterDays", "days"),
  tasksPerRequestMax: countOrNever("historyPurging.deleteTaskHistoryAfterTasksPerRequest"),
  requestEventMs: durationOrNever("historyPurging.purgeRequestHistoryAfterDays", "days"),
  deployContentMs: durationOrNever("historyPurging.purgeDeployHistoryAfterDays", "days"),
};
