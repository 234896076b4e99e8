/**
 * Planted: an agent that tells an executor "I have it" as soon as an update arrives.
 */

import type { HttpHandler, StreamSink } from "@tavola/host";
import { decodeMessage, encodeMessage, encodeRecord, executor } from "@tavola/protocol";

/** `handler` is the agent's; each executor's stream is remembered, and written to out of turn. */
export function acknowledgesEarly(handler: HttpHandler): HttpHandler {
  const sinks = new Map<string, StreamSink>();
  return async (request) => {
    const body = await request.body();
    const { value: call } = decodeMessage(executor.Call, body);
    const key = `${call?.framework_id.value}/${call?.executor_id.value}`;
    const status = call?.update?.status;
    if (status?.uuid !== undefined) {
      const { task_id, uuid } = status;
      const event: executor.Event = { type: "ACKNOWLEDGED", acknowledged: { task_id, uuid } };
      sinks.get(key)?.write(encodeRecord(encodeMessage(executor.Event, event)));
    }
    const response = await handler(request);
    if (!("stream" in response)) return response;
    return {
      ...response,
      stream(sink) {
        sinks.set(key, sink);
        response.stream(sink);
      },
    };
  };
}
