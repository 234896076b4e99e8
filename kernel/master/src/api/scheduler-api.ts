/**
 * The v1 scheduler API: `POST /api/v1/scheduler`.
 *
 * The order of the checks and their texts are Mesos's, since clients act on them:
 *
 *     leader 307/503 -> recovered 503 -> method 405 -> content type, body 400/415 -> call 400
 *       SUBSCRIBE:   Accept 406 -> stream id present 400 -> 200, a stream; refusals come as events
 *       other calls: framework 400 -> subscribed 403 -> by HTTP 403 -> stream id 400 -> 202
 */

import { asId, CodedError, type FrameworkId } from "@tavola/base";
import {
  acceptsMediaType,
  type HttpRequest,
  type HttpResponse,
  methodNotAllowed,
  newUuid,
  type Route,
  textResponse,
} from "@tavola/host";
import {
  decodeBody,
  jsonType,
  type MessageFormat,
  protobufType,
  scheduler,
} from "@tavola/protocol";
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

const formats: Readonly<Record<string, MessageFormat>> = {
  [jsonType]: "json",
  [protobufType]: "protobuf",
};

async function answer(context: SchedulerApiContext, request: HttpRequest): Promise<HttpResponse> {
  const { state } = context;
  const notHere = redirectToLeader(state, request) ?? refuseUntilRecovered(state);
  if (notHere !== undefined) return notHere;
  if (request.method !== "POST") return methodNotAllowed(["POST"], request.method);
  const read = await readCall(request);
  if ("status" in read) return read;
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

async function readCall(
  request: HttpRequest,
): Promise<{ readonly call: scheduler.Call } | HttpResponse> {
  const contentType = request.headers["content-type"];
  if (contentType === undefined) return textResponse(400, "Expecting 'Content-Type' to be present");
  const format = formats[contentType];
  if (format === undefined) {
    return textResponse(415, `Expecting 'Content-Type' of ${jsonType} or ${protobufType}`);
  }
  let body: Uint8Array;
  try {
    body = await request.body();
  } catch (error) {
    if (error instanceof CodedError) return textResponse(statusOfBodyError(error), error.message);
    throw error;
  }
  const decoded = decodeBody(scheduler.Call, format, body);
  return decoded.error === undefined ? { call: decoded.value } : textResponse(400, decoded.error);
}

function statusOfBodyError({ code }: CodedError): number {
  return code === "BODY_TOO_LARGE" ? 413 : 400;
}

function subscribe(
  context: SchedulerApiContext,
  request: HttpRequest,
  call: scheduler.Call_Subscribe,
): HttpResponse {
  const format = formatFor(request);
  if (format === undefined) {
    return textResponse(406, `Expecting 'Accept' to allow '${protobufType}' or '${jsonType}'`);
  }
  if (request.headers["mesos-stream-id"] !== undefined) {
    return textResponse(400, "Subscribe calls should not include the 'Mesos-Stream-Id' header");
  }
  const stream = newUuid();
  return {
    status: 200,
    headers: {
      "Content-Type": format === "json" ? jsonType : protobufType,
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

/** JSON where it is acceptable, as in Mesos. */
function formatFor({ headers }: HttpRequest): MessageFormat | undefined {
  if (acceptsMediaType(headers.accept, jsonType)) return "json";
  return acceptsMediaType(headers.accept, protobufType) ? "protobuf" : undefined;
}

async function perform(
  context: SchedulerApiContext,
  request: HttpRequest,
  call: scheduler.Call,
): Promise<HttpResponse> {
  // RECONCILE_OPERATIONS once answered in the response, so its Accept is still looked at.
  if (call.type === "RECONCILE_OPERATIONS" && formatFor(request) === undefined) {
    return textResponse(406, `Expecting 'Accept' to allow '${protobufType}' or '${jsonType}'`);
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
