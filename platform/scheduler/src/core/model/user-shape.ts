/**
 * How users and their settings are read and written.
 */

import { object, optional, required, withDefault } from "./fields.ts";
import type { TokenRequest, TokenResponse, User, UserHolder, UserSettings } from "./operations.ts";
import { list, type Shape, text, truth } from "./shape.ts";

export const userShape: Shape<User> = object("SingularityUser", {
  id: required(text),
  name: optional(text),
  email: optional(text),
  groups: withDefault(list(text), []),
  scopes: withDefault(list(text), []),
  authenticated: withDefault(truth, false),
});

export const userSettingsShape: Shape<UserSettings> = object("SingularityUserSettings", {
  starredRequestIds: optional(list(text)),
});

export const userHolderShape: Shape<UserHolder> = object("SingularityUserHolder", {
  user: optional(userShape),
  settings: optional(userSettingsShape),
  authenticated: optional(truth),
  authEnabled: optional(truth),
});

export const tokenRequestShape: Shape<TokenRequest> = object("SingularityTokenRequest", {
  token: optional(text),
  user: optional(userShape),
});

export const tokenResponseShape: Shape<TokenResponse> = object("SingularityTokenResponse", {
  token: required(text),
  user: optional(userShape),
});
