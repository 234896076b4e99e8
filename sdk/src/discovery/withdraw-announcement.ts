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
/** Servers that must say so, where there are as many. */
const refusalsBelieved = 2;

/**
 * Never rejects. One that no server knows is as good as withdrawn. A refusal is believed when another
 * server says the same, or there is none to ask: one that is none, or lies, must not keep it announced.
 */
export async function withdrawAnnouncement(
  id: string,
  withdrawing: Withdrawing,
  { patienceMs = patienceMsDefault }: WithdrawOptions = {},
): Promise<WithdrawOutcome> {
  const { servers, world, inFlight, signal } = withdrawing;
  const givesUpAt = world.clock.now() + patienceMs;
  const refusing = new Set<string>();
  for (let failures = 0; !signal.aborted; failures += 1) {
    const { outcome, server } = await inFlight.run(() => withdrawOnce(id, withdrawing));
    if (outcome === "withdrawn") return outcome;
    if (outcome === "refused") refusing.add(server);
    if (refusing.size >= Math.min(refusalsBelieved, servers.all.length)) return "refused";
    const waitMs = backoffMs(failures, discoveryBackoff, world.random);
    if (world.clock.now() + waitMs > givesUpAt) break;
    await delay(world.clock, waitMs, signal);
  }
  return refusing.size > 0 && !signal.aborted ? "refused" : "away";
}

interface Tried {
  readonly outcome: WithdrawOutcome;
  readonly server: string;
}

async function withdrawOnce(
  id: string,
  { servers, world, key, signal }: Withdrawing,
): Promise<Tried> {
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
    return { outcome: "withdrawn", server };
  } catch (error) {
    if (signal.aborted) return { outcome: "away", server };
    servers.failed(server, world.clock.now());
    const words = { id, error: describeError(error) };
    if (error instanceof CodedError && error.code === "CALL_REFUSED") {
      world.logger.warn(words, "a discovery server does not take a withdrawal");
      return { outcome: "refused", server };
    }
    world.logger.debug(words, "cannot withdraw; another server is asked");
    return { outcome: "away", server };
  }
}
