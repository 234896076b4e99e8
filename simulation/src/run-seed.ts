/**
 * One seed, one world, one result, whatever goes wrong in it.
 */

import type { EventLog } from "./world/event-log.ts";
import { Violation, World } from "./world/world.ts";

export interface SimulationResult {
  readonly seed: number;
  /** What did not hold; undefined when all did. */
  readonly failure: { readonly checker: string; readonly message: string } | undefined;
  readonly events: number;
  /** Of the whole history. */
  readonly hash: string;
  readonly log: EventLog;
  /** For curious people: how much happened. */
  readonly summary: Readonly<Record<string, number | string>>;
}

/** What lives in a world. */
export interface Simulated {
  /** Until all is looked at. Rejects with the first Violation, or whatever was thrown. */
  live(): Promise<void>;
  summary(): SimulationResult["summary"];
}

/** Never rejects because of what it simulates. */
export async function runSeed(
  seed: number,
  create: (world: World) => Simulated,
): Promise<SimulationResult> {
  const world = new World(seed);
  const rejected = (reason: unknown): void => world.fail(reason);
  process.on("unhandledRejection", rejected);
  let simulated: Simulated | undefined;
  let failure: SimulationResult["failure"];
  try {
    simulated = create(world);
    await simulated.live();
  } catch (error) {
    failure = describeFailure(error);
    world.note(`FAILED: ${failure.checker}: ${failure.message}`);
  } finally {
    process.off("unhandledRejection", rejected);
  }
  const { events, log } = world;
  return { seed, failure, events, hash: log.hash, log, summary: simulated?.summary() ?? {} };
}

function describeFailure(error: unknown): { checker: string; message: string } {
  if (error instanceof Violation) return { checker: error.checker, message: error.message };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { checker: "crash", message: stack };
}
