/**
 * What an operator sets about who may do what.
 *
 *     authenticators   who is calling: tried in their order until one knows
 *     mode GROUPS      rights are a matter of the groups of the user and of the request
 *     mode GROUPS_SCOPES   and of what the user may do at all (scopes)
 */

export const authenticatorKinds = [
  "DISABLED",
  "HEADER_PASSTHROUGH",
  "QUERYPARAM_PASSTHROUGH",
  "WEBHOOK",
  "TOKEN",
] as const;
export type AuthenticatorKind = (typeof authenticatorKinds)[number];

export interface AuthSettings {
  /** Off: everybody may do everything, and whoever names himself is recorded as having done it. */
  readonly enabled: boolean;
  readonly mode: "GROUPS" | "GROUPS_SCOPES";
  readonly authenticators: readonly AuthenticatorKind[];
  readonly requestUserHeaderName: string;
  /** Of users that are only named by a header or a query: `name` becomes `name@domain`. */
  readonly defaultEmailDomain?: string;
  /** Groups and scopes of users that are only named. */
  readonly users: Readonly<Record<string, KnownUser>>;
  /** Members of one of these may do everything (GROUPS). */
  readonly adminGroups: readonly string[];
  /** Whoever is in none of these may do nothing (GROUPS); none: everybody is. */
  readonly requiredGroups: readonly string[];
  /** Members may do what they have to, and it is noted. */
  readonly jitaGroups: readonly string[];
  /** Who may read requests that do not say. */
  readonly defaultReadOnlyGroups: readonly string[];
  readonly globalReadOnlyGroups: readonly string[];
  readonly globalReadWriteGroups: readonly string[];
  readonly scopes: ScopeNames;
  readonly webhook: WebhookAuthSettings;
}

export interface KnownUser {
  readonly name?: string;
  readonly email?: string;
  readonly groups?: readonly string[];
  readonly scopes?: readonly string[];
}

/** What the scopes are called in a user's list. */
export interface ScopeNames {
  readonly admin: readonly string[];
  readonly write: readonly string[];
  readonly read: readonly string[];
  /** None: who may write may deploy. */
  readonly deploy: readonly string[];
}

export interface WebhookAuthSettings {
  /** Called with the caller's Authorization header. */
  readonly verificationUrl: string;
  /** WRAPPED: `{user, error}`; RAW: the user. */
  readonly responseParser: "WRAPPED" | "RAW";
  readonly timeoutMs: number;
  /** For so long an answer is good without asking again. */
  readonly cacheMs: number;
}

export const defaultAuthSettings: AuthSettings = {
  enabled: false,
  mode: "GROUPS",
  authenticators: ["QUERYPARAM_PASSTHROUGH"],
  requestUserHeaderName: "X-Username",
  users: {},
  adminGroups: [],
  requiredGroups: [],
  jitaGroups: [],
  defaultReadOnlyGroups: [],
  globalReadOnlyGroups: [],
  globalReadWriteGroups: [],
  scopes: {
    admin: ["SINGULARITY_ADMIN"],
    write: ["SINGULARITY_WRITE"],
    read: ["SINGULARITY_READONLY"],
    deploy: [],
  },
  webhook: { verificationUrl: "", responseParser: "WRAPPED", timeoutMs: 2000, cacheMs: 60_000 },
};
