// Generated from proto/ by tools/generate-protocol.ts; edit those, then `npm run generate`.

import { type MessageType, message } from "../message-type.ts";
import * as v1 from "./v1.ts";

/** What a role is sure to get, and the most that it can have, by resource name. */
export interface QuotaConfig {
  role: string;
  /** Set aside for the role. Deprecated in favour of reservations. */
  guarantees?: Readonly<Record<string, v1.Value_Scalar>>;
  /** A name that is absent is not limited. */
  limits?: Readonly<Record<string, v1.Value_Scalar>>;
}
export const QuotaConfig: MessageType<QuotaConfig> = message("mesos.v1.quota.QuotaConfig", () => [
  [1, "role", "string", "required"],
  [2, "guarantees", v1.Value_Scalar, "map"],
  [3, "limits", v1.Value_Scalar, "map"],
]);

/** The older form: guarantees that are limits, too. */
export interface QuotaInfo {
  role?: string;
  principal?: string;
  guarantee?: readonly v1.Resource[];
}
export const QuotaInfo: MessageType<QuotaInfo> = message("mesos.v1.quota.QuotaInfo", () => [
  [1, "role", "string", "optional"],
  [2, "principal", "string", "optional"],
  [3, "guarantee", v1.Resource, "repeated"],
]);

/** The older form of setting a quota. */
export interface QuotaRequest {
  /** Sets it even where the cluster has not as much. */
  force?: boolean;
  role?: string;
  guarantee?: readonly v1.Resource[];
}
export const QuotaRequest: MessageType<QuotaRequest> =
  message("mesos.v1.quota.QuotaRequest", () => [
  [1, "force", "bool", "optional"],
  [2, "role", "string", "optional"],
  [3, "guarantee", v1.Resource, "repeated"],
]);

/** All quotas there are. */
export interface QuotaStatus {
  infos?: readonly QuotaInfo[];
  configs?: readonly QuotaConfig[];
}
export const QuotaStatus: MessageType<QuotaStatus> = message("mesos.v1.quota.QuotaStatus", () => [
  [1, "infos", QuotaInfo, "repeated"],
  [2, "configs", QuotaConfig, "repeated"],
]);
