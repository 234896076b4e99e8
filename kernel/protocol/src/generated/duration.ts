// Generated from proto/ by tools/generate-protocol.ts; edit those, then `npm run generate`.

import { type MessageType, message } from "../message-type.ts";

export interface Duration {
  seconds?: number;
  nanos?: number;
}
export const Duration: MessageType<Duration> = message("google.protobuf.Duration", () => [
  [1, "seconds", "int64", "optional"],
  [2, "nanos", "int32", "optional"],
]);
