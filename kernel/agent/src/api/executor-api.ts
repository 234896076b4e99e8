/**
 * `POST /api/v1/executor`: how executors subscribe, report and send messages.
 *
 * Checks in Mesos's order, with its statuses and texts (Http::executor in slave/http.cpp): recovery,
 * method, content type, body, validation, Accept (SUBSCRIBE only), framework, executor, subscription.
 * A heartbeat is taken before anything is looked up. What passes goes to the core and is answered 202
 * at once: "received" is all that it says.
 */

import { asId, type ExecutorId, type FrameworkId } from "@tavola/base";
import {
  acceptedFormat,
  type HttpRequest,
  type HttpResponse,
  notAcceptable,
  readCall,
  textResponse,
} from "@tavola/host";
import { executor, type MessageFormat, mediaTypes } from "@tavola/protocol";
import type { Executor } from "../core/state.ts";
import type { AgentContext } from "./agent-context.ts";
import type { ContainerStatuses } from "./container-statuses.ts";
import { validateExecutorCall } from "./executor-call.ts";

const accepted: HttpResponse = { status: 202 };
const notRecovered = "Agent has not finished recovery";

/** PERF: a few thousand a second; one decoding, two lookups, one turn of the core. */
export async function handleExecutorCall(
  context: AgentContext,
  statuses: ContainerStatuses,
  request: HttpRequest,
): Promise<HttpResponse> {
  const { phase, isReconnecting } = context.state;
  if (phase === "recovering" && !isReconnecting) return textResponse(503, notRecovered);
  const read = await readCall(request, executor.Call);
  if ("refusal" in read) return read.refusal;
  const { call } = read;
  const problem = validateExecutorCall(call);
  if (problem !== undefined) {
    return textResponse(400, `Failed to validate Executor::Call: ${problem}`);
  }
  return answer(context, statuses, request, call);
}

function answer(
  context: AgentContext,
  statuses: ContainerStatuses,
  request: HttpRequest,
  call: executor.Call,
): HttpResponse {
  if (call.type === "HEARTBEAT") return accepted;
  const accept = acceptedFormat(request);
  if (call.type === "SUBSCRIBE" && accept === undefined) return notAcceptable();
  const framework = context.state.frameworks.get(asId<FrameworkId>(call.framework_id.value));
  if (framework === undefined) return textResponse(400, "Framework cannot be found");
  const found = framework.executors.get(asId<ExecutorId>(call.executor_id.value));
  if (found === undefined) return textResponse(400, "Executor cannot be found");
  if (found.phase === "registering" && call.type !== "SUBSCRIBE") {
    return textResponse(403, "Executor is not subscribed");
  }
  const { containerId } = found;
  const { subscribe, update, message } = call;
  if (call.type === "SUBSCRIBE" && subscribe !== undefined && accept !== undefined) {
    return subscribed(context, found, subscribe, accept);
  }
  if (call.type === "UPDATE" && update !== undefined) {
    const { status } = update;
    statuses.whenKnown(found, (container) =>
      context.dispatch({ kind: "executorUpdated", containerId, status, container }),
    );
    return accepted;
  }
  if (call.type === "MESSAGE" && message !== undefined) {
    context.dispatch({ kind: "executorMessaged", containerId, data: message.data });
    return accepted;
  }
  return textResponse(501, "501 Not Implemented.");
}

/** The content type is that of the messages, although they come as records: Mesos has it so. */
function subscribed(
  { streams, dispatch }: AgentContext,
  { containerId }: Executor,
  subscribe: executor.Call_Subscribe,
  format: MessageFormat,
): HttpResponse {
  return {
    status: 200,
    headers: { "Content-Type": mediaTypes[format] },
    stream(sink) {
      streams.open(containerId, sink, format);
      dispatch({ kind: "executorSubscribed", containerId, subscribe });
    },
  };
}
