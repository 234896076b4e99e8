// Generated from proto/ by tools/generate-protocol.ts; edit those, then `npm run generate`.

import { type MessageType, message } from "../message-type.ts";
import * as v1 from "./v1.ts";

/** The file `meta/resources/resources_and_operations.state`. */
export interface ResourceState {
  /**
   * Those not yet done, and those done of which a status is not acknowledged. Only operations on
   * the agent's own resources, not on those of resource providers.
   */
  operations?: readonly v1.Operation[];
  /** All that the agent has. */
  resources?: readonly v1.Resource[];
}
export const ResourceState: MessageType<ResourceState> =
  message("mesos.internal.slave.ResourceState", () => [
  [1, "operations", v1.Operation, "repeated"],
  [2, "resources", v1.Resource, "repeated"],
]);
