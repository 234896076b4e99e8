/**
 * Who answers: the leading master only, or any.
 *
 * A standby sends its clients on to the leader (307) or says that there is none (503), before it looks
 * at anything else of the request. A master that was just elected answers the APIs only once it knows
 * what its registry knows.
 */

import { type HttpHandler, type HttpRequest, type HttpResponse, textResponse } from "@tavola/host";
import type { MasterInfo } from "@tavola/protocol";
import type { MasterState } from "../core/state.ts";

/** What to answer instead when this master does not lead; undefined when it does. */
export function redirectToLeader(
  { leadership }: MasterState,
  { path, query }: HttpRequest,
): HttpResponse | undefined {
  if (leadership.kind === "ended") return noLeader();
  if (leadership.kind !== "standby") return undefined;
  if (leadership.leader === undefined) return noLeader();
  const search = query.size === 0 ? "" : `?${query}`;
  return redirectTo(`${addressOf(leadership.leader)}${path}${search}`);
}

/** What to answer instead until the registry is read; undefined once it is. */
export function refuseUntilRecovered({ leadership }: MasterState): HttpResponse | undefined {
  if (leadership.kind !== "recovering") return undefined;
  return textResponse(503, "Master has not finished recovery");
}

/** `handle`, asked of the leader only. */
export function byLeader(state: MasterState, handle: HttpHandler): HttpHandler {
  return (request) => redirectToLeader(state, request) ?? handle(request);
}

/** `/redirect`: to the leader's front page, whoever leads. */
export function redirectToLeaderRoot({ leadership, info }: MasterState): HttpResponse {
  if (leadership.kind === "ended") return noLeader();
  const leader = leadership.kind === "standby" ? leadership.leader : info;
  return leader === undefined ? noLeader() : redirectTo(addressOf(leader));
}

function noLeader(): HttpResponse {
  return textResponse(503, "No leader elected");
}

/** Without the scheme: a browser that came by https stays on it. */
function addressOf({ hostname, address, port }: MasterInfo): string {
  const host = hostname ?? address?.hostname ?? address?.ip ?? "localhost";
  return `//${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function redirectTo(location: string): HttpResponse {
  return { status: 307, headers: { Location: location } };
}
