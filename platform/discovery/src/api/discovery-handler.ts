/**
 * Which route answers, and what every answer says: how old it may be.
 *
 *     GET    /watch  /announcement  /announcement/{id}  /services  /services/{type}[:{feature}]
 *     POST   /announcement            DELETE /announcement/{id}
 *     GET    /state  /status  /health  /metrics  /v1/…  POST /leases  /follow, between servers
 */

import {
  createMachineApi,
  createRouter,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  LoggingLevel,
} from "@tavola/host";
import { announce, list, one, withdraw } from "./announcement-routes.ts";
import { refusal, staleHeaders } from "./answers.ts";
import type { ApiContext } from "./api-context.ts";
import { mesosDnsAnswer } from "./mesos-dns-routes.ts";
import { service, services } from "./service-routes.ts";
import { follow, health, leases, status } from "./status-routes.ts";
import { watch } from "./watch-routes.ts";

type Route = (
  context: ApiContext,
  request: HttpRequest,
  rest: string,
) => HttpResponse | Promise<HttpResponse>;

type Methods = Readonly<Record<string, Route>>;

/** By the path's first segment; with "/" where more stands behind it, which is given to the route decoded. */
const places: Readonly<Record<string, Methods>> = {
  watch: { GET: watch },
  announcement: { GET: list, POST: announce },
  "announcement/": { GET: (context, _request, id) => one(context, id), DELETE: withdraw },
  services: { GET: services },
  "services/": { GET: service },
  // What OpenTable's own servers answer there, for their Nagios checks.
  state: { GET: list },
  status: { GET: status },
  "v1/": { GET: mesosDns },
  health: { GET: health },
  leases: { POST: leases },
  follow: { POST: follow },
};

/** `others`: for paths that are none of these. */
export function createDiscoveryHandler(context: ApiContext, others: HttpHandler): HttpHandler {
  return async (request) => {
    const response = await route(context, request, others);
    const stale = staleHeaders(context);
    if (stale === undefined) return response;
    return { ...response, headers: { ...response.headers, ...stale } };
  };
}

async function route(
  context: ApiContext,
  request: HttpRequest,
  others: HttpHandler,
): Promise<HttpResponse> {
  const [, first = "", slash = "", rest = ""] = /^\/([^/]+)(\/?)(.*)$/.exec(request.path) ?? [];
  const name = rest === "" ? first : `${first}${slash}`;
  const methods = Object.hasOwn(places, name) ? places[name] : undefined;
  if (methods === undefined) return await others(request);
  const decoded = decodeSegment(rest);
  if (decoded === undefined) {
    return refusal(400, { error: "what stands behind the last / is not percent-encoded" });
  }
  const method = request.method === "HEAD" ? "GET" : request.method;
  const handle = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (handle === undefined) {
    const allowed = Object.keys(methods).join(", ");
    const refused = refusal(405, { error: `${request.method}: expected ${allowed}` });
    return { ...refused, headers: { ...refused.headers, Allow: allowed } };
  }
  return await handle(context, request, decoded);
}

async function mesosDns(
  { mesosDns: options }: ApiContext,
  request: HttpRequest,
  rest: string,
): Promise<HttpResponse> {
  const [what = "", ...more] = rest.split("/");
  const answer = await mesosDnsAnswer(options, what, more.join("/"));
  return answer ?? refusal(404, { error: `there is nothing at ${request.path}` });
}

function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** `/metrics`, `/metrics/snapshot` and `/system/stats.json`; 404 for everything else. */
export function machineHandler({ metrics, logger, clock }: ApiContext): HttpHandler {
  const routes = createMachineApi(metrics, new LoggingLevel(logger, clock));
  // Who may change the log level would have to be asked first.
  return createRouter({
    delegate: "discovery",
    routes: routes.filter(({ process }) => process !== "logging"),
  });
}
