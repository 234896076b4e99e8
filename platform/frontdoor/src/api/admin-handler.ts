/**
 * The admin port: status page, its JSON, the rules' text, metrics, health, and the webhook.
 *
 *     GET  /           the status page            GET  /metrics   Prometheus's text
 *     GET  /status     the same as JSON           GET  /health    200, or 503 with what is wrong
 *     GET  /rules      the file in effect         POST /webhook   look at the rules now
 */

import {
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  methodNotAllowed,
  notFound,
  textResponse,
} from "@tavola/host";
import { isSignedBy } from "../rules/webhook-signature.ts";
import type { FrontdoorView } from "./frontdoor-view.ts";
import { metricsText } from "./metrics-text.ts";
import { statusJson } from "./status-json.ts";
import { statusPage } from "./status-page.ts";

export interface AdminContext {
  readonly view: () => FrontdoorView;
  /** Looks at the rules now. */
  readonly look: () => void;
  readonly webhookSecret: string | undefined;
}

type Answer = (context: AdminContext, request: HttpRequest) => HttpResponse | Promise<HttpResponse>;

const pages: Readonly<Record<string, Answer>> = {
  "/": ({ view }) => html(statusPage(view())),
  "/status": ({ view }) => json(statusJson(view())),
  "/rules": rulesText,
  "/metrics": ({ view }) => ({
    status: 200,
    headers: { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" },
    body: metricsText(view()),
  }),
  "/health": health,
};

export function createAdminHandler(context: AdminContext): HttpHandler {
  return (request) => {
    const { path, method } = request;
    if (path === "/webhook") {
      return method === "POST" ? webhook(context, request) : methodNotAllowed(["POST"], method);
    }
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (page === undefined) return notFound();
    if (method !== "GET" && method !== "HEAD") return methodNotAllowed(["GET"], method);
    return page(context, request);
  };
}

function rulesText({ view }: AdminContext): HttpResponse {
  const { active } = view().rules;
  if (active === undefined) return textResponse(404, "no rules are in effect\n");
  return textResponse(200, active.text);
}

/** For whoever spreads traffic over several front doors. */
function health({ view }: AdminContext): HttpResponse {
  const { active } = view().rules;
  return active === undefined
    ? textResponse(503, "no rules are in effect\n")
    : textResponse(200, "ok\n");
}

async function webhook({ look, webhookSecret }: AdminContext, request: HttpRequest) {
  const body = await request.body();
  const { headers } = request;
  if (webhookSecret !== undefined && !isSignedBy(webhookSecret, { headers, body })) {
    return textResponse(403, "the call is not signed with the webhook's secret\n");
  }
  look();
  return textResponse(202, "the rules are looked at\n");
}

function html(body: string): HttpResponse {
  return {
    status: 200,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
      "X-Content-Type-Options": "nosniff",
      "Cache-Control": "no-store",
    },
    body,
  };
}

function json(value: unknown): HttpResponse {
  return {
    status: 200,
    headers: { "Content-Type": "application/json", "Cache-Control": "no-store" },
    body: `${JSON.stringify(value, null, 2)}\n`,
  };
}
