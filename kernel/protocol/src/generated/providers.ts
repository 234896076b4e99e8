// Generated from proto/ by tools/generate-protocol.ts; edit those, then `npm run generate`.

import { type MessageType, message } from "../message-type.ts";
import * as v1 from "./v1.ts";

/** One that was admitted once. */
export interface ResourceProvider {
  id: v1.ResourceProviderID;
  type?: string;
  name?: string;
}
export const ResourceProvider: MessageType<ResourceProvider> =
  message("mesos.resource_provider.registry.ResourceProvider", () => [
  [1, "id", v1.ResourceProviderID, "required"],
  [2, "type", "string", "optional"],
  [3, "name", "string", "optional"],
]);

/** All of them. */
export interface Registry {
  resource_providers?: readonly ResourceProvider[];
  removed_resource_providers?: readonly ResourceProvider[];
}
export const Registry: MessageType<Registry> =
  message("mesos.resource_provider.registry.Registry", () => [
  [1, "resource_providers", ResourceProvider, "repeated"],
  [2, "removed_resource_providers", ResourceProvider, "repeated"],
]);
