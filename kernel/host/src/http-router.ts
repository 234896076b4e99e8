/**
 * Which handler answers a path, by libprocess's rules.
 *
 *     /master/api/v1/scheduler      process id, then the longest prefix that has a route
 *     /state                        no process of that name: the delegate's, here /master/state
 *     /slave%281%29/state           the process id is percent-decoded
 *     /state/                       a trailing slash means nothing
 *     /files/../state               404, whatever it would mean
 *
 * A method that a route does not list is answered 405 with `Allow` and Mesos's text. Owns routing
 * only; who may ask is the handlers' business.
 */

import type { HttpHandler, HttpRequest, HttpResponse } from "./http.ts";

export interface Route {
  /** Process id, such as `master`, `slave(1)`, `files`. */
  readonly process: string;
  /** Without slashes at its ends; "" is the process's own root. */
  readonly path: string;
  /** Absent: any method. GET includes HEAD. */
  readonly methods?: readonly string[];
  /** Longer paths are not its own: they are 404 rather than handled by this prefix. */
  readonly exact?: true;
  readonly handle: HttpHandler;
}

export interface RouterOptions {
  /** The process that answers for paths that name none. */
  readonly delegate: string;
  readonly routes: readonly Route[];
}

/** More distinct paths than these (ids in paths) are looked up each time. */
const foundRoutesMax = 256;

export function createRouter(options: RouterOptions): HttpHandler {
  const processes = new Map<string, Map<string, Route>>([[options.delegate, new Map()]]);
  for (const route of options.routes) {
    const ofProcess = processes.get(route.process) ?? new Map<string, Route>();
    ofProcess.set(route.path, route);
    processes.set(route.process, ofProcess);
  }
  // PERF: the few paths that are asked for thousands of times a second are taken apart once.
  const found = new Map<string, Route>();
  return (request) => {
    if (request.path.includes("/..")) return notFound();
    const route = found.get(request.path) ?? findRoute(processes, options.delegate, request.path);
    if (route !== undefined && found.size < foundRoutesMax) found.set(request.path, route);
    if (route === undefined) return notFound();
    if (route.methods !== undefined && !allows(route.methods, request.method)) {
      return methodNotAllowed(route.methods, request.method);
    }
    return route.handle(request);
  };
}

function findRoute(
  processes: ReadonlyMap<string, ReadonlyMap<string, Route>>,
  delegate: string,
  path: string,
): Route | undefined {
  const segments = path.split("/").filter((segment) => segment !== "");
  const first = segments[0];
  let routes = first === undefined ? undefined : processes.get(decodePathSegment(first));
  if (routes === undefined) routes = processes.get(delegate);
  else segments.shift();
  for (let length = segments.length; length >= 0; length -= 1) {
    const route = routes?.get(segments.slice(0, length).join("/"));
    if (route === undefined) continue;
    // The root is no prefix of everything: only itself.
    const isWhole = length === segments.length;
    return isWhole || (length > 0 && route.exact === undefined) ? route : undefined;
  }
  return undefined;
}

/** Percent-decoded; as it is when it cannot be. */
function decodePathSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function allows(methods: readonly string[], method: string): boolean {
  // Differs: Mesos refuses HEAD nearly everywhere; here it is a GET without its body.
  return methods.includes(method) || (method === "HEAD" && methods.includes("GET"));
}

/** Mesos's 404 where no reason is given. */
export function notFound(): HttpResponse {
  return textResponse(404, "404 Not Found.");
}

/** Mesos's 405, `Allow` included. */
export function methodNotAllowed(methods: readonly string[], method: string): HttpResponse {
  return {
    ...textResponse(
      405,
      `405 Method Not Allowed. Expecting one of { '${methods.join("', '")}' }, but received '${method}'.`,
    ),
    headers: { "Content-Type": "text/plain; charset=utf-8", Allow: methods.join(", ") },
  };
}

export function textResponse(
  status: number,
  text: string,
): { readonly status: number; readonly headers: Record<string, string>; readonly body: string } {
  return { status, headers: { "Content-Type": "text/plain; charset=utf-8" }, body: text };
}

/** What browsers may call: a name, perhaps of a member. */
const callbackName = /^[\w$]+(?:\.[\w$]+|\[\d+\])*$/;

/**
 * 200 with a JSON body, wrapped as `callback(…)` when the request asks for `jsonp`, as the read
 * endpoints of Mesos do. `json` is text already, or bytes.
 *
 * Differs: Mesos puts any text before the bracket; here a callback must be a name, else it is 400.
 */
export function jsonResponse(request: HttpRequest, json: string | Uint8Array): HttpResponse {
  const callback = request.query.get("jsonp");
  if (callback === null) {
    return { status: 200, headers: { "Content-Type": "application/json" }, body: json };
  }
  if (!callbackName.test(callback)) {
    return textResponse(400, "Expecting 'jsonp' to be the name of a function.");
  }
  const body =
    typeof json === "string"
      ? `${callback}(${json})`
      : Buffer.concat([Buffer.from(`${callback}(`), json, Buffer.from(")")]);
  return { status: 200, headers: { "Content-Type": "text/javascript" }, body };
}
