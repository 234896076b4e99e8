// Generated from proto/ by tools/generate-protocol.ts; edit those, then `npm run generate`.

import { type EnumType, enumeration, type MessageType, message } from "../message-type.ts";
import * as v1 from "./v1.ts";

/** What a framework last said to a request for resources. */
export interface InverseOfferStatus {
  status: InverseOfferStatus_Status;
  framework_id: v1.FrameworkID;
  timestamp: v1.TimeInfo;
}
export const InverseOfferStatus: MessageType<InverseOfferStatus> =
  message("mesos.v1.allocator.InverseOfferStatus", () => [
  [1, "status", InverseOfferStatus_Status, "required"],
  [2, "framework_id", v1.FrameworkID, "required"],
  [3, "timestamp", v1.TimeInfo, "required"],
]);

export type InverseOfferStatus_Status =
  | "UNKNOWN"
  | "ACCEPT"
  | "DECLINE";
export const InverseOfferStatus_Status: EnumType<InverseOfferStatus_Status> =
  enumeration("mesos.v1.allocator.InverseOfferStatus.Status", {
  UNKNOWN: 1,
  ACCEPT: 2,
  DECLINE: 3,
});
