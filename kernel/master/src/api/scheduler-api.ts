/**
 * The v1 scheduler API: `POST /api/v1/scheduler`.
 *
 * The order of the checks and their texts are Mesos's, since clients act on them:
 *
 *     leader 307/503 -> recovered 503 -> method 405 -> content type, body 400/415 -> call 400
 *       SUBSCRIBE:   Accept 406 -> stream id present 400 -> 200, a stream; refusals come as events
 *       other calls: framework 400 -> subscribed 403 -> by HTTP 403 -> stream id 400 -> 202
 */

import { asId, type FrameworkId } from "@tavola/base";
import {
  acceptedFormat,
  type HttpRequest,
  type HttpResponse,
  newUuid,
  notAcceptable,
  type Route,
  readCall,
  textResponse,
} from "@tavola/host";
import { mediaTypes, scheduler } from "@tavola/protocol";
import type { CommandResult, Ticket } from "../core/effects.ts";
import type { MasterEvent } from "../core/events.ts";
import { isConnected } from "../core/framework-info.ts";
import type { Framework, MasterState } from "../core/state.ts";
import { validateSchedulerCall } from "../core/validation/scheduler-call.ts";
import type { SchedulerStreams } from "../shell/scheduler-streams.ts";
import { redirectToLeader, refuseUntilRecovered } from "./leadership.ts";

export interface SchedulerApiContext {
  readonly state: MasterState;
  readonly streams: Pick<SchedulerStreams, "open">;
  dispatch(event: MasterEvent): void;
  ask(eventOf: (ticket: Ticket) => MasterEvent): Promise<CommandResult>;
}

export function createSchedulerRoutes(context: SchedulerApiContext): readonly Route[] {
  return [
    {
      process: "master",
      path: "api/v1/scheduler",
      exact: true,
      handle: (request) => answer(context, request),
    },
  ];
}

async function answer(context: SchedulerApiContext, request: HttpRequest): Promise<HttpResponse> {
  const { state } = context;
  const notHere = redirectToLeader(state, request) ?? refuseUntilRecovered(state);
  if (notHere !== undefined) return notHere;
  const read = await readCall(request, scheduler.Call);
  if ("refusal" in read) return read.refusal;
  const { call } = read;
  const invalid = validateSchedulerCall(call, undefined);
  if (invalid !== undefined) {
    return textResponse(400, `Failed to validate scheduler::Call: ${invalid}`);
  }
  if (call.type === "SUBSCRIBE" && call.subscribe !== undefined) {
    return subscribe(context, request, call.subscribe);
  }
  return perform(context, request, call);
}

function subscribe(
  context: SchedulerApiContext,
  request: HttpRequest,
  call: scheduler.Call_Subscribe,
): HttpResponse {
  const format = acceptedFormat(request);
  if (format === undefined) return notAcceptable();
  if (request.headers["mesos-stream-id"] !== undefined) {
    return textResponse(400, "Subscribe calls should not include the 'Mesos-Stream-Id' header");
  }
  const stream = newUuid();
  return {
    status: 200,
    headers: {
      "Content-Type": mediaTypes[format],
      "Mesos-Stream-Id": stream,
    },
    stream(sink) {
      context.streams.open(stream, format, sink, () =>
        context.dispatch({ kind: "streamClosed", stream }),
      );
      context.dispatch({ kind: "subscribed", stream, subscribe: call });
    },
  };
}

async function perform(
  context: SchedulerApiContext,
  request: HttpRequest,
  call: scheduler.Call,
): Promise<HttpResponse> {
  // RECONCILE_OPERATIONS once answered in the response, so its Accept is still looked at.
  if (call.type === "RECONCILE_OPERATIONS" && acceptedFormat(request) === undefined) {
    return notAcceptable();
  }
  const frameworkId = asId<FrameworkId>(call.framework_id?.value ?? "");
  const framework = context.state.frameworks.get(frameworkId);
  if (framework === undefined) return textResponse(400, "Framework cannot be found");
  const refusal = refuseStream(framework, request.headers["mesos-stream-id"]);
  if (refusal !== undefined) return refusal;
  // Differs: Mesos ends itself on this one.
  if (call.type === "UNKNOWN") return textResponse(501, "501 Not Implemented.");
  if (call.type !== "UPDATE_FRAMEWORK") {
    context.dispatch({ kind: "called", frameworkId, call });
    return { status: 202 };
  }
  const { status, message } = await context.ask((ticket) => ({
    kind: "called",
    frameworkId,
    call,
    ticket,
  }));
  return message === undefined ? { status } : textResponse(status, message);
}

/** Whether the call comes from the scheduler that holds the framework's stream. */
function refuseStream(
  framework: Framework,
  streamId: string | undefined,
): HttpResponse | undefined {
  if (!isConnected(framework)) return textResponse(403, "Framework is not subscribed");
  if (framework.stream === undefined) {
    return textResponse(403, "Framework is not connected via HTTP");
  }
  if (streamId === undefined) {
    return textResponse(400, "All non-subscribe calls should include the 'Mesos-Stream-Id' header");
  }
  if (streamId === framework.stream) return undefined;
  return textResponse(
    400,
    `The stream ID '${streamId}' included in this request didn't match the stream ID currently associated with framework ID ${framework.id}`,
  );
}
