/**
 * Takes an announcement back, at whichever server answers.
 */

import { CodedError, describeError } from "@tavola/base";
import { backoffMs } from "../backoff.ts";
import { delay } from "../subscription.ts";
import type { OpenWorld } from "../world.ts";
import { answerMsMax, discoveryBackoff } from "./ask-limits.ts";
import { askServer, keyed, refusalOfAnswer, type ServerCall } from "./ask-server.ts";
import type { InFlightLimit } from "./in-flight-limit.ts";
import type { ServerList } from "./server-list.ts";

/**
 * "away": no server could be told in time; it expires when nobody renews it. "refused": it is somebody
 * else's, announced with another key.
 */
export type WithdrawOutcome = "withdrawn" | "away" | "refused";

export interface WithdrawOptions {
  /** How long servers that are away are asked again. Default 30 s. */
  readonly patienceMs?: number;
}

export interface Withdrawing {
  readonly servers: ServerList;
  readonly world: OpenWorld;
  readonly inFlight: InFlightLimit;
  readonly key: string | undefined;
  /** Gives up: the outcome is "away". */
  readonly signal: AbortSignal;
}

const patienceMsDefault = 30_000;

/** Never rejects. One that no server knows is as good as withdrawn. */
export async function withdrawAnnouncement(
  id: string,
  withdrawing: Withdrawing,
  { patienceMs = patienceMsDefault }: WithdrawOptions = {},
): Promise<WithdrawOutcome> {
  const { world, inFlight, signal } = withdrawing;
  const givesUpAt = world.clock.now() + patienceMs;
  for (let failures = 0; !signal.aborted; failures += 1) {
    const outcome = await inFlight.run(() => withdrawOnce(id, withdrawing));
    if (outcome !== "away") return outcome;
    const waitMs = backoffMs(failures, discoveryBackoff, world.random);
    if (world.clock.now() + waitMs > givesUpAt) break;
    await delay(world.clock, waitMs, signal);
  }
  return "away";
}

async function withdrawOnce(
  id: string,
  { servers, world, key, signal }: Withdrawing,
): Promise<WithdrawOutcome> {
  const server = servers.pick(world.clock.now(), world.random);
  const url = `${server}/announcement/${encodeURIComponent(id)}`;
  const call: ServerCall = { method: "DELETE", url, withinMs: answerMsMax, signal, ...keyed(key) };
  try {
    const answer = await askServer(world, call);
    const isGone = answer.status === 404 || answer.status === 410;
    if (!isGone && (answer.status < 200 || answer.status >= 300)) {
      throw refusalOfAnswer(call, answer);
    }
    servers.answered(server);
    return "withdrawn";
  } catch (error) {
    if (signal.aborted) return "away";
    const words = { id, error: describeError(error) };
    if (error instanceof CodedError && error.code === "CALL_REFUSED") {
      world.logger.warn(words, "a discovery server does not take a withdrawal");
      return "refused";
    }
    servers.failed(server, world.clock.now());
    world.logger.debug(words, "cannot withdraw; another server is asked");
    return "away";
  }
}
