/**
 * Every call of an operator API, typed from the generated tables: its part, and what it answers.
 *
 * A call is an envelope with a type and a part named like it (`TEARDOWN`, `teardown`), and so is the
 * answer. So one typed method serves all of them, and a call that is added to the `.proto` files is
 * there at once.
 */

import { CodedError } from "@tavola/base";
import type { MessageType } from "@tavola/protocol";
import type { ApiCalls, CallOptions } from "./api-calls.ts";

type PartOf<Envelope, Type extends string> =
  Lowercase<Type> extends keyof Envelope ? NonNullable<Envelope[Lowercase<Type>]> : undefined;

/** What follows the call's type: its part (left out where the call has none or all of it is optional), options. */
export type CallArguments<Call, Type extends string> =
  Partial<PartOf<Call, Type>> extends PartOf<Call, Type>
    ? [part?: PartOf<Call, Type>, options?: CallOptions]
    : PartOf<Call, Type> extends undefined
      ? [part?: undefined, options?: CallOptions]
      : [part: PartOf<Call, Type>, options?: CallOptions];

/** The answer's part; undefined for calls whose success has no body. */
export type AnswerOf<Response, Type extends string> =
  Lowercase<Type> extends keyof Response ? NonNullable<Response[Lowercase<Type>]> : undefined;

/** Sends one call and takes the answer apart. See `ApiCalls.call` for errors. */
export async function callPart<Call extends { readonly type?: string }, Response>(
  calls: ApiCalls<Call, Response>,
  responseType: MessageType<Response>,
  type: string,
  part: unknown,
  options: CallOptions | undefined,
): Promise<unknown> {
  const name = type.toLowerCase();
  const call = (part === undefined ? { type } : { type, [name]: part }) as unknown as Call;
  const response = await calls.call(call, options);
  const field = responseType.fields.find(([, fieldName]) => fieldName === name);
  if (field === undefined) return undefined;
  const answer = (response as Readonly<Record<string, unknown>> | undefined)?.[name];
  if (answer !== undefined) return answer;
  const kind = field[2];
  const hasRequired =
    typeof kind === "object" &&
    kind.form === "message" &&
    kind.fields.some(([, , , label]) => label === "required");
  // Mesos leaves out a part that has nothing in it, such as `get_weights` when none is set.
  if (!hasRequired) return {};
  throw new CodedError("ANSWER_MALFORMED", `the answer to ${type} has no ${name}`, { call: type });
}
