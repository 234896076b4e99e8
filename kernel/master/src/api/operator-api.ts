/**
 * `POST /api/v1`: the operator API's calls, each to whoever answers it.
 *
 * Reading is answered from memory in the caller's format; commands go to the core and wait for its
 * word; what this master cannot do yet is refused with a reason.
 */

import { asId } from "@tavola/base";
import { type HttpRequest, type HttpResponse, type LoggingLevel, textResponse } from "@tavola/host";
import { type MessageFormat, type master, mediaTypes } from "@tavola/protocol";
import type { CommandResult } from "../core/effects.ts";
import { type Bytes, flatten } from "./byte-rope.ts";
import { answerListFiles, answerReadFile } from "./file-answers.ts";
import { redirectToLeader, refuseUntilRecovered } from "./leadership.ts";
import { encodings } from "./message-fragments.ts";
import { missingParts, refuseMissing } from "./not-yet.ts";
import { type OperatorCall, readOperatorCall } from "./operator-call.ts";
import type { OperatorContext } from "./operator-context.ts";
import { OperatorEventStreams } from "./operator-event-streams.ts";
import { ReadAnswers } from "./read-answers.ts";

export class OperatorApi {
  readonly #context: OperatorContext;
  readonly #logging: LoggingLevel;
  readonly #answers: Readonly<Record<MessageFormat, ReadAnswers>>;
  readonly #streams: OperatorEventStreams;

  constructor(context: OperatorContext, logging: LoggingLevel) {
    this.#context = context;
    this.#logging = logging;
    this.#answers = {
      json: new ReadAnswers(encodings.json, context, logging),
      protobuf: new ReadAnswers(encodings.protobuf, context, logging),
    };
    this.#streams = new OperatorEventStreams({
      clock: context.clock,
      subscribersMax: subscribersMaxOf(context),
      subscribe: context.subscribe,
      subscribed: (format) => flatten(this.#answers[format].subscribed()),
    });
  }

  /** Open event streams. */
  get subscribers(): number {
    return this.#streams.size;
  }

  /** In Mesos's order: leadership, recovery, form of the request, call. */
  async handle(request: HttpRequest): Promise<HttpResponse> {
    const { state } = this.#context;
    const elsewhere = redirectToLeader(state, request) ?? refuseUntilRecovered(state);
    if (elsewhere !== undefined) return elsewhere;
    const read = await readOperatorCall(request);
    // Reading the body takes time, in which another master may have been elected.
    return "refusal" in read
      ? read.refusal
      : (redirectToLeader(state, request) ?? this.#answer(read));
  }

  close(): void {
    this.#streams.close();
  }

  #answer({ call, accept }: OperatorCall): HttpResponse | Promise<HttpResponse> {
    const { type } = call;
    if (type === "UNKNOWN") return textResponse(501, "501 Not Implemented.");
    if (isMissing(type)) return refuseMissing(missingParts[type]);
    if (type === "SUBSCRIBE") return this.#streams.open(accept);
    const answer = this.#answers[accept].answer(type);
    return answer === undefined ? this.#command(call, accept) : ok(accept, answer);
  }

  async #command(call: OperatorCall["call"], accept: MessageFormat): Promise<HttpResponse> {
    const { files, teardownFramework, markAgentGone } = this.#context;
    const { set_logging_level, list_files, read_file, teardown, mark_agent_gone } = call;
    if (call.type === "SET_LOGGING_LEVEL" && set_logging_level !== undefined) {
      const { level, duration } = set_logging_level;
      this.#logging.set(level, duration.nanoseconds / 1e6);
      return { status: 200 };
    }
    if (call.type === "LIST_FILES" && list_files !== undefined) {
      return answerListFiles(files, list_files, accept);
    }
    if (call.type === "READ_FILE" && read_file !== undefined) {
      return answerReadFile(files, read_file, accept);
    }
    if (call.type === "TEARDOWN" && teardown !== undefined) {
      return ofCommand(await teardownFramework(asId(teardown.framework_id.value)));
    }
    if (call.type === "MARK_AGENT_GONE" && mark_agent_gone !== undefined) {
      return ofCommand(await markAgentGone(asId(mark_agent_gone.agent_id.value)));
    }
    return textResponse(501, "501 Not Implemented.");
  }
}

/** Mesos's default where the flag is not there. */
const subscribersMaxDefault = 1000;

function subscribersMaxOf({ flagsShown }: OperatorContext): number {
  const shown = Number(flagsShown["max_operator_event_stream_subscribers"]);
  return Number.isInteger(shown) && shown > 0 ? shown : subscribersMaxDefault;
}

function isMissing(type: master.Call_Type): type is keyof typeof missingParts {
  return Object.hasOwn(missingParts, type);
}

function ok(format: MessageFormat, body: Bytes): HttpResponse {
  return { status: 200, headers: { "Content-Type": mediaTypes[format] }, body: flatten(body) };
}

/** What the core decided: nothing to say when done, a sentence when refused. */
export function ofCommand({ status, message }: CommandResult): HttpResponse {
  return message === undefined ? { status } : textResponse(status, message);
}
