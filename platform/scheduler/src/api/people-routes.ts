/**
 * Users, their settings, rights and tokens; groups of requests; who is mailed.
 */

import { given } from "../core/given.ts";
import { authorizationScopes } from "../core/model/enums.ts";
import { object, optional } from "../core/model/fields.ts";
import type { User, UserSettings } from "../core/model/operations.ts";
import { requestGroupShape } from "../core/model/request-shape.ts";
import { list, oneOf, type Shape, text, truth } from "../core/model/shape.ts";
import {
  tokenResponseShape,
  userHolderShape,
  userSettingsShape,
  userShape,
} from "../core/model/user-shape.ts";
import { groupForgotten, groupKept } from "../core/settings/groups-kept.ts";
import { mailWanted } from "../core/settings/operator-settings.ts";
import { userSettingsKept } from "../core/settings/user-settings-kept.ts";
import { settingOf } from "../core/state.ts";
import { refused } from "../core/turn.ts";
import { requestOrNone } from "./access.ts";
import { namedUser } from "./auth/authenticate.ts";
import { adminSentence, requestSentence } from "./auth/authorize.ts";
import { hashToken, newToken, tokenGiven, tokensTakenBack } from "./auth/tokens.ts";
import { done } from "./done.ts";
import {
  admin,
  anybody,
  anyUser,
  asked,
  body,
  type Call,
  filtered,
  one,
  optionalBody,
  type QueryTable,
  type Route,
  route,
  textBody,
} from "./route.ts";
import { listBytesMax } from "./size-limits.ts";

const whoAmI = route({
  method: "GET",
  path: "/auth/user",
  summary: "Who is calling, as far as known",
  access: anybody,
  answer: userHolderShape,
  handle({ user, state, context }) {
    const settings = state.records.userSettings.get(user.id);
    const starred = settings && { starredRequestIds: settings.starredRequestIds ?? [] };
    return {
      value: {
        ...given({ settings: starred }),
        user,
        authenticated: user.authenticated,
        authEnabled: context.auth.enabled,
      },
    };
  },
});

const scopeQuery = { scope: one(oneOf(authorizationScopes)) };

const checkOwn = route({
  method: "GET",
  path: "/auth/{requestId}/auth-check",
  summary: "Whether the caller has a right to a request: 200, or 403 with the reason",
  access: asked("the scope that is asked about"),
  query: scopeQuery,
  status: 200,
  handle: (call) =>
    call.permit(call.parameter("requestId"), call.query.scope ?? "READ") ?? { value: undefined },
});

const checkOther = route({
  method: "GET",
  path: "/auth/{requestId}/auth-check/{userId}",
  summary: "Whether a user has a right to a request: 200, or 403 with the reason",
  access: anyUser,
  query: scopeQuery,
  status: 200,
  handle(call) {
    const settings = call.context.auth;
    const user = knownUser(call, call.parameter("userId"));
    const request = requestOrNone(call, call.parameter("requestId"));
    const sentence = requestSentence({
      user,
      settings,
      request,
      scope: call.query.scope ?? "READ",
    });
    return sentence === undefined ? { value: undefined } : refused(403, sentence);
  },
});

/** From the operator's list, or from a token that he was given. */
function knownUser(call: Pick<Call<unknown, QueryTable>, "state" | "context">, id: string): User {
  for (const { user } of call.state.records.token.values()) {
    if (user.id === id) return user;
  }
  return namedUser(id, call.context.auth);
}

interface TokenWish {
  readonly token?: string;
  readonly user?: User;
}

const tokenWishShape: Shape<TokenWish> = object("SingularityTokenRequest", {
  token: optional(text),
  user: optional(userShape),
});

const makeToken = route({
  method: "POST",
  path: "/auth/token",
  summary: "A token for the caller, or, by an admin, for another; former ones are taken back",
  access: anyUser,
  body: optionalBody(tokenWishShape),
  answer: tokenResponseShape,
  handle(call) {
    const { user: other, token: chosen } = call.body;
    if (other !== undefined && other.id !== call.user.id) {
      const sentence = adminSentence({ user: call.user, settings: call.context.auth });
      if (sentence !== undefined) return refused(403, sentence);
    }
    if (other === undefined && !call.user.authenticated) {
      return refused(400, "Nobody is known to be calling; name the user that the token is for");
    }
    if (chosen !== undefined && chosen.length < tokenLengthMin) {
      return refused(400, `A token must have at least ${tokenLengthMin} characters`);
    }
    const user = rightsOfToken(call, other);
    const token = chosen ?? newToken();
    const tokenHash = hashToken(token);
    return call.decide((turn) => {
      tokensTakenBack(turn, user.id);
      tokenGiven(turn, tokenHash, user);
      return { value: { token, user: { ...user, authenticated: true } } };
    });
  },
});

const tokenLengthMin = 16;

/** Nobody gives himself more than he has. */
function rightsOfToken({ user }: Pick<Call, "user">, other: User | undefined): User {
  return other === undefined || other.id === user.id ? user : other;
}

const takeTokensBack = route({
  method: "DELETE",
  path: "/auth/token/{user}",
  summary: "No token of that user is good any more",
  access: admin,
  status: 200,
  handle: (call) =>
    call.decide((turn) => {
      tokensTakenBack(turn, call.parameter("user"));
      return { value: undefined };
    }),
});

const getSettings = route({
  method: "GET",
  path: "/users/settings",
  summary: "The caller's settings",
  access: anyUser,
  answer: userSettingsShape,
  handle: ({ state, user }) => ({
    value: { starredRequestIds: state.records.userSettings.get(user.id)?.starredRequestIds ?? [] },
  }),
});

function settingsRoute(
  method: "POST" | "DELETE",
  path: string,
  summary: string,
  change: (given: readonly string[]) => (before: readonly string[]) => readonly string[],
): Route {
  return route({
    method,
    path,
    summary,
    access: anyUser,
    body: body(userSettingsShape as Shape<UserSettings>, { bytesMax: listBytesMax }),
    handle(call) {
      const ids = call.body.starredRequestIds ?? [];
      return done(call, (turn) =>
        userSettingsKept(turn, { user: call.user.id, change: change(ids) }),
      );
    },
  });
}

const groups = route({
  method: "GET",
  path: "/groups",
  summary: "Groups of requests",
  access: filtered,
  query: { useWebCache: one(truth) },
  answer: list(requestGroupShape),
  handle: (call) => ({
    value: [...call.state.records.group.values()].map((group) => ({
      ...group,
      requestIds: group.requestIds.filter((id) => call.mayRead(id)),
    })),
  }),
});

const getGroup = route({
  method: "GET",
  path: "/groups/group/{requestGroupId}",
  summary: "A group of requests",
  access: filtered,
  answer: requestGroupShape,
  missing: "Couldn't find such a request group",
  handle(call) {
    const group = call.state.records.group.get(call.parameter("requestGroupId"));
    return {
      value: group && {
        ...group,
        requestIds: group.requestIds.filter((id) => call.mayRead(id)),
      },
    };
  },
});

/** Why the caller may not change a group of these requests. */
function forbidsGroup(
  call: Pick<Call<unknown, QueryTable>, "permit">,
  requestIds: readonly string[],
) {
  for (const id of requestIds) {
    const forbidden = call.permit(id, "WRITE");
    if (forbidden !== undefined) return forbidden;
  }
  return undefined;
}

const keepGroup = route({
  method: "POST",
  path: "/groups",
  summary: "Make a group of requests, or replace one",
  access: asked("WRITE of every request in it, before and after"),
  body: body(requestGroupShape, { bytesMax: listBytesMax }),
  answer: requestGroupShape,
  handle(call) {
    const before = call.state.records.group.get(call.body.id)?.requestIds ?? [];
    const forbidden = forbidsGroup(call, [...before, ...call.body.requestIds]);
    return forbidden ?? call.decide((turn) => groupKept(turn, call.body));
  },
});

const forgetGroup = route({
  method: "DELETE",
  path: "/groups/group/{requestGroupId}",
  summary: "Forget a group of requests",
  access: asked("WRITE of every request in it"),
  status: 200,
  handle(call) {
    const id = call.parameter("requestGroupId");
    const forbidden = forbidsGroup(call, call.state.records.group.get(id)?.requestIds ?? []);
    return forbidden ?? call.decide((turn) => groupForgotten(turn, id));
  },
});

function addressList(name: string, which: "blocked" | "allowed", summary: string): Route {
  return route({
    method: "GET",
    path: `/notifications/${name}`,
    summary,
    access: anyUser,
    answer: list(text),
    handle: ({ state }) => ({ value: settingOf(state, "notifications")?.[which] ?? [] }),
  });
}

/** RFC 5321: 64 before the @ and 255 behind it. */
const addressCharactersMax = 320;

function subscription(name: "subscribe" | "unsubscribe"): Route {
  return route({
    method: "POST",
    path: `/notifications/${name}`,
    summary: `Mail to the address that is the body is ${name === "subscribe" ? "wanted" : "not wanted any more"}`,
    access: anyUser,
    body: textBody(text),
    handle(call) {
      const address = call.body.trim();
      const most = addressCharactersMax;
      if (address.length > most) {
        return refused(
          400,
          `A mail address has at most ${most} characters, this one ${address.length}`,
        );
      }
      if (!/^[^\s@]+@[^\s@]+$/.test(address)) {
        return refused(400, `${address} is no mail address`);
      }
      return call.decide((turn) => mailWanted(turn, address, name === "subscribe"));
    },
  });
}

export const peopleRoutes: readonly Route[] = [
  ...[whoAmI, checkOwn, checkOther, makeToken, takeTokensBack, getSettings],
  settingsRoute("POST", "/users/settings", "Replace the caller's settings", (ids) => () => ids),
  settingsRoute("POST", "/users/settings/starred-requests", "Star requests", (ids) => (before) => [
    ...before,
    ...ids,
  ]),
  settingsRoute(
    "DELETE",
    "/users/settings/starred-requests",
    "Star requests no more",
    (ids) => (before) => before.filter((id) => !ids.includes(id)),
  ),
  ...[groups, getGroup, keepGroup, forgetGroup],
  addressList("blacklist", "blocked", "Addresses that want no mail"),
  addressList("blocklist", "blocked", "Addresses that want no mail"),
  addressList("allowlist", "allowed", "Addresses that want mail"),
  ...[subscription("subscribe"), subscription("unsubscribe")],
];
