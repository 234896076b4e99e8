/**
 * Who is calling.
 *
 * Each way of telling is asked in the operator's order; the first that knows counts. When none does,
 * the call is refused with 401 and what each of them missed, unless authentication is off: then it is
 * the default user's.
 */

import type { Result } from "@tavola/base";
import type { HttpClient, HttpRequest } from "@tavola/host";
import type { User } from "../../core/model/operations.ts";
import type { AuthenticatorKind, AuthSettings } from "./auth-settings.ts";
import { verifyByWebhook, type WebhookVerdicts } from "./webhook-authenticator.ts";

export const defaultUser: User = {
  id: "singularity",
  name: "singularity",
  groups: [],
  scopes: [],
  authenticated: false,
};

export interface AuthenticationContext {
  readonly settings: AuthSettings;
  readonly http: HttpClient;
  readonly verdicts: WebhookVerdicts;
  /** The user that a token was given to; undefined: no such token. */
  readonly userOfToken: (token: string) => User | undefined;
  readonly now: number;
}

/** The error is for a 401. */
export async function authenticate(
  request: HttpRequest,
  context: AuthenticationContext,
): Promise<Result<User>> {
  const { settings } = context;
  const missed: string[] = [];
  for (const kind of settings.authenticators) {
    const user = await ways[kind](request, context);
    if (user.value !== undefined) return { value: user.value };
    missed.push(`${kind} (${user.error})`);
  }
  if (!settings.enabled) return { value: defaultUser };
  return { error: `Unable to authenticate using methods: [${missed.join(", ")}]` };
}

type Way = (
  request: HttpRequest,
  context: AuthenticationContext,
) => Result<User> | Promise<Result<User>>;

const ways: Readonly<Record<AuthenticatorKind, Way>> = {
  DISABLED: () => ({ error: "nobody is asked" }),
  HEADER_PASSTHROUGH: ({ headers }, { settings }) => {
    const id = headers[settings.requestUserHeaderName.toLowerCase()] ?? "";
    if (id === "") {
      return { error: "(HeaderPassthrough) Could not determine username from header" };
    }
    return { value: namedUser(id, settings) };
  },
  QUERYPARAM_PASSTHROUGH: ({ query }, { settings }) => {
    const id = query.get("user") ?? "";
    if (id === "") return { error: "(QueryParam) No user specified" };
    return { value: namedUser(id, settings) };
  },
  TOKEN: ({ headers }, { userOfToken }) => {
    const given = headers.authorization ?? "";
    if (given === "") return { error: "No Authorization header present, please log in first" };
    const token = /^Token\s+(\S+)$/.exec(given)?.[1];
    if (token === undefined) return { error: "No Token specified in authorization header" };
    const user = userOfToken(token);
    return user === undefined ? { error: "No matching token found" } : { value: user };
  },
  WEBHOOK: (request, context) => verifyByWebhook(request, context),
};

/** Somebody who is only named is who he says he is; what he may do is in the operator's list. */
export function namedUser(id: string, settings: AuthSettings): User {
  const known = settings.users[id];
  const domain = settings.defaultEmailDomain;
  const email =
    known?.email ?? (id.includes("@") || domain === undefined ? undefined : `${id}@${domain}`);
  return {
    id,
    name: known?.name ?? id,
    ...(email === undefined ? {} : { email }),
    groups: known?.groups ?? [],
    scopes: known?.scopes ?? [],
    authenticated: true,
  };
}

/** What is recorded of who did something; undefined for the default user. */
export function actorOf(user: User): string | undefined {
  return user.authenticated ? (user.email ?? user.id) : undefined;
}
