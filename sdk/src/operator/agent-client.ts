/**
 * An agent's operator API: one typed method for every call that is answered at once.
 *
 * Does not carry the streams of a container's input and output (ATTACH_CONTAINER_INPUT,
 * ATTACH_CONTAINER_OUTPUT, LAUNCH_NESTED_CONTAINER_SESSION).
 */

import { agent, type MessageFormat } from "@tavola/protocol";
import { createLeaderDetector } from "../leader.ts";
import { type ClientWorld, type OpenWorld, openWorld } from "../world.ts";
import { ApiCalls } from "./api-calls.ts";
import { type AnswerOf, type CallArguments, callPart } from "./typed-calls.ts";

export interface AgentClientOptions {
  /** `HOST:PORT`. */
  readonly agent: string;
  /** Default "protobuf". */
  readonly format?: MessageFormat;
  /** How long to ask again while the agent recovers (503). Default 5 s. */
  readonly patienceMs?: number;
  readonly world?: ClientWorld;
}

export type AgentCallType = Exclude<
  agent.Call_Type,
  | "UNKNOWN"
  | "ATTACH_CONTAINER_INPUT"
  | "ATTACH_CONTAINER_OUTPUT"
  | "LAUNCH_NESTED_CONTAINER_SESSION"
>;

/** Opens nothing until it is asked something. Throws CodedError MASTER_ADDRESS_INVALID for no HOST:PORT. */
export function createAgentClient(options: AgentClientOptions): AgentClient {
  return new AgentClient(options);
}

/** Made by `createAgentClient`. */
export class AgentClient {
  readonly world: OpenWorld;
  readonly #calls: ApiCalls<agent.Call, agent.Response>;

  constructor(options: AgentClientOptions) {
    this.world = openWorld(options.world);
    const detector = createLeaderDetector([options.agent], this.world);
    this.#calls = new ApiCalls({
      detector,
      callType: agent.Call,
      responseType: agent.Response,
      format: options.format ?? "protobuf",
      patienceMs: options.patienceMs ?? 5000,
      world: this.world,
    });
  }

  /** As `OperatorClient.call`. */
  call<Type extends AgentCallType>(
    type: Type,
    ...[part, options]: CallArguments<agent.Call, Type>
  ): Promise<AnswerOf<agent.Response, Type>> {
    const answer = callPart(this.#calls, agent.Response, type, part, options);
    return answer as Promise<AnswerOf<agent.Response, Type>>;
  }

  close(): Promise<void> {
    return this.world.close();
  }
}
