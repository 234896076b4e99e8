/**
 * The endpoints whose writing side this master does not have yet: what can be read is empty, what
 * would change something is refused with a reason.
 */

import { jsonResponse, type Route } from "@tavola/host";
import type { MasterState } from "../core/state.ts";
import type { JsonText } from "./json-text.ts";
import { isRead, leaderRoute } from "./master-route.ts";
import { type MissingPart, refuseMissing } from "./not-yet.ts";

/** `nothing` is the answer of a master where nothing was ever set. */
const readable: readonly (readonly [
  path: string,
  methods: readonly string[],
  nothing: JsonText,
  part: MissingPart,
])[] = [
  ["maintenance/status", ["GET"], "{}", "maintenance"],
  ["maintenance/schedule", ["GET", "POST"], "{}", "maintenance"],
  ["quota", ["GET", "POST", "DELETE"], "{}", "quota"],
  ["weights", ["GET", "PUT"], "[]", "weights"],
];

/** By POST only. */
const commands: readonly (readonly [path: string, part: MissingPart])[] = [
  ["reserve", "reservations"],
  ["unreserve", "reservations"],
  ["create-volumes", "volumes"],
  ["destroy-volumes", "volumes"],
  ["machine/down", "maintenance"],
  ["machine/up", "maintenance"],
];

export function missingEndpoints(state: MasterState): Route[] {
  return [
    ...readable.map(([path, methods, nothing, part]) =>
      leaderRoute(state, path, methods, (request) =>
        isRead(request) ? jsonResponse(request, nothing) : refuseMissing(part),
      ),
    ),
    ...commands.map(([path, part]) =>
      leaderRoute(state, path, ["POST"], () => refuseMissing(part)),
    ),
  ];
}
