/**
 * How a path of the master is declared: who answers it, by which methods.
 */

import { type HttpHandler, type HttpRequest, methodNotAllowed, type Route } from "@tavola/host";
import type { MasterState } from "../core/state.ts";
import { byLeader } from "./leadership.ts";

/** Answered by any master, whatever the method. */
export function masterRoute(path: string, handle: HttpHandler): Route {
  return { process: "master", path, handle };
}

/** Answered by the leader. The method is looked at after leadership, as in Mesos. */
export function leaderRoute(
  state: MasterState,
  path: string,
  methods: readonly string[],
  handle: HttpHandler,
): Route {
  const ifAllowed: HttpHandler = (request) =>
    methods.includes(isRead(request) ? "GET" : request.method)
      ? handle(request)
      : methodNotAllowed(methods, request.method);
  return masterRoute(path, byLeader(state, ifAllowed));
}

export function isRead({ method }: HttpRequest): boolean {
  return method === "GET" || method === "HEAD";
}
