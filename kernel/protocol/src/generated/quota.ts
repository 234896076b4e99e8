// Generated from proto/ by tools/generate-protocol.ts; edit those, then `npm run generate`.

import { type MessageType, message } from "../message-type.ts";
import * as v1 from "./v1.ts";

export interface QuotaConfig {
  role: string;
  guarantees?: Readonly<Record<string, v1.Value_Scalar>>;
  limits?: Readonly<Record<string, v1.Value_Scalar>>;
}
export const QuotaConfig: MessageType<QuotaConfig> = message("mesos.v1.quota.QuotaConfig", () => [
  [1, "role", "string", "required"],
  [2, "guarantees", v1.Value_Scalar, "map"],
  [3, "limits", v1.Value_Scalar, "map"],
]);

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

export interface QuotaRequest {
  force?: boolean;
  role?: string;
  guarantee?: readonly v1.Resource[];
}
export const QuotaRequest: MessageType<QuotaRequest> = message("mesos.v1.quota.QuotaRequest", () => [
  [1, "force", "bool", "optional"],
  [2, "role", "string", "optional"],
  [3, "guarantee", v1.Resource, "repeated"],
]);

export interface QuotaStatus {
  infos?: readonly QuotaInfo[];
  configs?: readonly QuotaConfig[];
}
export const QuotaStatus: MessageType<QuotaStatus> = message("mesos.v1.quota.QuotaStatus", () => [
  [1, "infos", QuotaInfo, "repeated"],
  [2, "configs", QuotaConfig, "repeated"],
]);
