/**
 * A libprocess message that came through the general HTTP server.
 *
 * The endpoint hands connections that begin with a message to a receiver of their own. A client that
 * pools its connections may send one after an ordinary request; it gets the same treatment here.
 */

import type { IncomingMessage } from "node:http";
import type { LibprocessMessage } from "@tavola/protocol";
import type { HttpRequest, PlainResponse } from "./http.ts";

const agentPrefix = "libprocess/";

/** libprocess's own rule: a POST from `libprocess/…`, or one that names its sender. */
export function senderOf(incoming: IncomingMessage): string | undefined {
  if (incoming.method !== "POST") return undefined;
  const from = incoming.headers["libprocess-from"];
  if (typeof from === "string") return from.trim();
  const agent = incoming.headers["user-agent"];
  return agent?.startsWith(agentPrefix) ? agent.slice(agentPrefix.length).trim() : undefined;
}

export async function receiveOverHttp(
  from: string,
  request: HttpRequest,
  onMessage: (message: LibprocessMessage) => "accepted" | "unknown",
): Promise<PlainResponse> {
  const slash = request.path.indexOf("/", 1);
  if (slash < 0) return { status: 404 };
  let to: string;
  try {
    to = decodeURIComponent(request.path.slice(1, slash));
  } catch {
    // libprocess calls this a failure of the handler; what failed is the request.
    return { status: 400, body: "Failed to decode URL path" };
  }
  const message = { from, to, name: request.path.slice(slash + 1), body: await request.body() };
  return { status: onMessage(message) === "accepted" ? 202 : 404 };
}
