/**
 * An offer as `/state` and `/frameworks` show it, below its framework.
 */

import { formatMessageJson, Resource_AllocationInfo } from "@tavola/protocol";
import type { OfferRecord } from "../core/state.ts";
import { type JsonText, jsonObject, jsonString } from "./json-text.ts";
import { resourceSummaryJson } from "./resource-json.ts";

export function offerJson(offer: OfferRecord): JsonText {
  return jsonObject({
    id: jsonString(offer.id),
    framework_id: jsonString(offer.frameworkId),
    allocation_info: formatMessageJson(Resource_AllocationInfo, { role: offer.role }),
    slave_id: jsonString(offer.agentId),
    resources: resourceSummaryJson(offer.resources),
  });
}
