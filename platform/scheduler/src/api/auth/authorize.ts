/**
 * What a user may do: the rules of groups, and those of groups and scopes.
 *
 * A request has writers (`group`, `readWriteGroups`) and readers (`readOnlyGroups`). Under GROUPS a
 * request without writers is everybody's; under GROUPS_SCOPES it is nobody's but the admins', and a
 * user needs the scope as well. Every question is answered with the sentence that refuses, or nothing.
 */

import type { AuthorizationScope, UserAction } from "../../core/model/enums.ts";
import type { User } from "../../core/model/operations.ts";
import type { Request } from "../../core/model/request.ts";
import type { AuthSettings } from "./auth-settings.ts";

/** What is asked about a request. DEPLOY is WRITE where the operator does not tell them apart. */
export type AskedScope = AuthorizationScope | "DEPLOY";

export interface Question {
  readonly user: User;
  readonly settings: AuthSettings;
}

/** `onElevated` is told when it is allowed only by access given just in time. */
export interface RequestQuestion extends Question {
  readonly request: Request;
  readonly scope: AskedScope;
  readonly action?: UserAction | undefined;
  readonly onElevated?: ((scope: AuthorizationScope) => void) | undefined;
}

const notAuthenticated = "Not Authenticated!";

export function adminSentence({ user, settings }: Question): string | undefined {
  if (!settings.enabled) return undefined;
  if (!user.authenticated) return notAuthenticated;
  if (isAdmin(user, settings)) return undefined;
  if (settings.mode === "GROUPS_SCOPES") {
    return `${user.id} must be part of one or more groups: [${settings.scopes.admin.join(", ")}]`;
  }
  return `${user.id} must be part of one or more admin groups: ${settings.adminGroups.join(",")}`;
}

/** About the cluster as a whole: its machines, its state. */
export function readerSentence(question: Question): string | undefined {
  const { user, settings } = question;
  if (!settings.enabled || isAdmin(user, settings)) return undefined;
  if (!user.authenticated) return notAuthenticated;
  if (settings.mode === "GROUPS_SCOPES") return scopeSentence(question, "READ");
  if (settings.adminGroups.length === 0) return requiredSentence(question);
  const reads = meets(user.groups, [...settings.jitaGroups, ...settings.globalReadOnlyGroups]);
  if (reads && isRequired(question)) return undefined;
  return `${user.id} must be part of one or more read only or jita groups: ${settings.jitaGroups.join(",")},${settings.globalReadOnlyGroups.join(",")}`;
}

/** About every request at once. */
export function globalReaderSentence(question: Question): string | undefined {
  const { user, settings } = question;
  if (!settings.enabled || isAdmin(user, settings)) return undefined;
  if (!user.authenticated) return notAuthenticated;
  if (settings.mode === "GROUPS") return adminSentence(question);
  const groups = [...settings.globalReadWriteGroups, ...settings.globalReadOnlyGroups];
  if (!meets(user.groups, [...groups, ...settings.jitaGroups])) {
    return `${user.id} must be part of one or more groups: [${groups.join(", ")}]`;
  }
  return scopeSentence(question, "READ");
}

/** Whoever is known; who is known and belongs here at all. */
export function userSentence(question: Question): string | undefined {
  const { user, settings } = question;
  if (!settings.enabled || isAdmin(user, settings)) return undefined;
  if (!user.authenticated) return notAuthenticated;
  return settings.mode === "GROUPS" ? requiredSentence(question) : scopeSentence(question, "READ");
}

export function requestSentence(question: RequestQuestion): string | undefined {
  const { user, settings } = question;
  if (!settings.enabled) return undefined;
  if (!user.authenticated) return notAuthenticated;
  if (isAdmin(user, settings)) return undefined;
  if (question.scope === "ADMIN") return adminSentence(question);
  return settings.mode === "GROUPS" ? byGroups(question) : byGroupsAndScopes(question);
}

/**
 * Who changes the groups of a request needs rights to it as it was; under GROUPS also as it will be,
 * so that nobody gives away what he could not take.
 */
export function groupChangeSentence(
  question: Omit<RequestQuestion, "scope"> & { readonly before: Request },
): string | undefined {
  const { settings, request, before } = question;
  const isChanged =
    request.group !== before.group ||
    !isSame(request.readWriteGroups, before.readWriteGroups) ||
    (settings.mode === "GROUPS_SCOPES" && !isSame(request.readOnlyGroups, before.readOnlyGroups));
  if (!isChanged) return undefined;
  const then = requestSentence({ ...question, request: before, scope: "WRITE" });
  if (then !== undefined || settings.mode === "GROUPS_SCOPES") return then;
  return requestSentence({ ...question, scope: "WRITE" });
}

export function isAdmin({ authenticated, groups, scopes }: User, settings: AuthSettings): boolean {
  if (!settings.enabled) return true;
  if (!authenticated) return false;
  if (settings.mode === "GROUPS_SCOPES") return meets(scopes, settings.scopes.admin);
  // Differs: where no group is the admins', Singularity lets everybody be one for some calls.
  return meets(groups, settings.adminGroups);
}

function byGroups(question: RequestQuestion): string | undefined {
  const { user, settings, request, scope } = question;
  const required = requiredSentence(question);
  if (required !== undefined) return required;
  const writers = writersOf(request);
  const readers = [
    ...(request.readOnlyGroups ?? settings.defaultReadOnlyGroups),
    ...settings.globalReadOnlyGroups,
  ];
  const allowed = scope === "READ" ? [...readers, ...writers] : writers;
  if (writers.length === 0 || meets(user.groups, allowed)) return undefined;
  if (meets(user.groups, settings.jitaGroups)) {
    question.onElevated?.(scope === "READ" ? "READ" : "WRITE");
    return undefined;
  }
  const groups = [...allowed, ...settings.jitaGroups].join(",");
  return `${user.id} must be a member of one or more groups to ${scope} ${request.id}: ${groups}`;
}

function byGroupsAndScopes(question: RequestQuestion): string | undefined {
  const { user, settings, request, scope, action } = question;
  const permissions = request.actionPermissions;
  if (action !== undefined && permissions !== undefined) {
    const isAllowed = user.groups.some((group) => permissions[group]?.includes(action));
    if (!isAllowed) return `${action} not allowed`;
  }
  const allowed =
    scope === "READ" ? readersOf(request, settings) : strictWriters(request, settings);
  if (!meets(user.groups, allowed)) {
    if (!meets(user.groups, settings.jitaGroups)) {
      return `${user.id} must be part of one or more groups: [${allowed.join(", ")}]`;
    }
    question.onElevated?.(scope === "READ" ? "READ" : "WRITE");
  }
  return scopeSentence(question, scope);
}

function writersOf({ group, readWriteGroups }: Request): readonly string[] {
  return [...(group === undefined ? [] : [group]), ...(readWriteGroups ?? [])];
}

function readersOf(request: Request, settings: AuthSettings): readonly string[] {
  return [
    ...settings.globalReadOnlyGroups,
    ...settings.globalReadWriteGroups,
    ...(request.readOnlyGroups ?? settings.defaultReadOnlyGroups),
    ...writersOf(request),
  ];
}

/** A group that may read only does not write, whatever else it is called. */
function strictWriters(request: Request, settings: AuthSettings): readonly string[] {
  return [...settings.globalReadWriteGroups, ...writersOf(request)].filter(
    (group) => request.readOnlyGroups?.includes(group) !== true,
  );
}

function scopeSentence({ user, settings }: Question, scope: AskedScope): string | undefined {
  const names = scopeNames(settings, scope);
  if (meets(user.scopes, names)) return undefined;
  return `${user.id} must have one or more scopes to ${scope}: [${names.join(", ")}]`;
}

function scopeNames({ scopes }: AuthSettings, scope: AskedScope): readonly string[] {
  if (scope === "READ") return [...scopes.read, ...scopes.write];
  if (scope === "ADMIN") return scopes.admin;
  return scope === "DEPLOY" && scopes.deploy.length > 0 ? scopes.deploy : scopes.write;
}

function requiredSentence(question: Question): string | undefined {
  if (isRequired(question)) return undefined;
  const { user, settings } = question;
  return `${user.id} must be a member of one or more required groups: ${settings.requiredGroups.join(",")}`;
}

function isRequired({ user, settings }: Question): boolean {
  return settings.requiredGroups.length === 0 || meets(user.groups, settings.requiredGroups);
}

function meets(some: readonly string[], others: readonly string[]): boolean {
  return some.some((each) => others.includes(each));
}

function isSame(some: readonly string[] = [], others: readonly string[] = []): boolean {
  return some.length === others.length && some.every((each) => others.includes(each));
}
