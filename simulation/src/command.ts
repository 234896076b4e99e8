/**
 * `npm run -s simulate -- --seeds=1000 [--services [--announcing]] [--first=N] [--json] [--plant=NAME,…] [--plain] [--log]`
 *
 * Runs the seeds one after the other and says which failed and why. One seed with `--log` prints its
 * history. With `--json` the last line is one object: seeds, failed, events, seconds. Exits 1 when a
 * seed failed.
 */

import {
  type PlantedFaultName,
  PlantedFaults,
  plantedFaultNames,
} from "./planted/planted-faults.ts";
import type { SimulationResult } from "./run-seed.ts";
import {
  type PlantedServiceFaultName,
  PlantedServiceFaults,
  plantedServiceFaultNames,
} from "./services/planted/planted-service-faults.ts";
import { simulateServices } from "./services/simulate-services.ts";
import { simulate } from "./simulate.ts";

interface Arguments {
  readonly seeds: number;
  readonly first: number;
  readonly isJson: boolean;
  readonly showsLog: boolean;
  readonly planted: readonly string[];
  readonly isServices: boolean;
  readonly isAnnouncing: boolean;
  readonly isPlain: boolean;
}

const usage = [
  "usage: simulate --seeds=N [--services [--announcing]] [--first=N] [--json] [--log] [--plain] [--plant=NAME,NAME]",
  "  --services  clusters with schedulers of services and people who use them",
  "  --announcing  with a discovery server, to which their tasks are announced",
  "  --plain  without frameworks that end, agents that are given up, and what else is unusual",
  `  --plant  one or more of ${plantedFaultNames.join(", ")};`,
  `           with --services, of ${plantedServiceFaultNames.join(", ")}`,
].join("\n");

/** Returns the exit status. */
export async function runCommand(texts: readonly string[]): Promise<number> {
  const given = parseArguments(texts);
  if (typeof given === "string") {
    console.error(`${given}\n${usage}`);
    return 64;
  }
  const { seeds, first, isJson, showsLog } = given;
  const beganMs = performance.now();
  let failed = 0;
  let events = 0;
  for (let seed = first; seed < first + seeds; seed += 1) {
    const result = await runSeed(seed, given);
    events += result.events;
    if (showsLog) {
      for (const line of result.log.lines()) console.log(line);
      console.log(JSON.stringify({ ...result.summary, hash: result.hash }));
    }
    if (result.failure === undefined) continue;
    failed += 1;
    console.log(`seed ${seed} failed: ${result.failure.checker}: ${result.failure.message}`);
  }
  const seconds = Math.round((performance.now() - beganMs) / 10) / 100;
  if (isJson) console.log(JSON.stringify({ seeds, failed, events, seconds }));
  else console.log(`${seeds} seeds, ${failed} failed, ${events} events, ${seconds} s`);
  return failed === 0 ? 0 : 1;
}

function runSeed(
  seed: number,
  { planted, isPlain, isServices, isAnnouncing }: Arguments,
): Promise<SimulationResult> {
  if (isServices) {
    const names = planted as readonly PlantedServiceFaultName[];
    return simulateServices(seed, { planted: new PlantedServiceFaults(names), isAnnouncing });
  }
  const names = planted as readonly PlantedFaultName[];
  return simulate(seed, { planted: new PlantedFaults(names), isPlain });
}

/** A text says what is wrong. */
function parseArguments(texts: readonly string[]): Arguments | string {
  let seeds = 100;
  let first = 1;
  let isJson = false;
  let showsLog = false;
  let isPlain = false;
  let isServices = false;
  let isAnnouncing = false;
  let planted: readonly string[] = [];
  for (const text of texts) {
    const [name, value = ""] = text.split("=");
    if (name === "--seeds") seeds = Number(value);
    else if (name === "--first") first = Number(value);
    else if (text === "--json") isJson = true;
    else if (text === "--log") showsLog = true;
    else if (text === "--plain") isPlain = true;
    else if (text === "--services") isServices = true;
    else if (text === "--announcing") isAnnouncing = true;
    else if (name === "--plant") planted = value.split(",");
    else return `${text}: what is that?`;
  }
  if (!Number.isSafeInteger(seeds) || seeds < 1) return "--seeds wants a whole number from 1 on";
  if (!Number.isSafeInteger(first) || first < 0) return "--first wants a whole number from 0 on";
  const names: readonly string[] = isServices ? plantedServiceFaultNames : plantedFaultNames;
  const unknown = planted.find((name) => !names.includes(name));
  if (unknown !== undefined) return `${unknown}: no such fault`;
  return { seeds, first, isJson, showsLog, planted, isPlain, isServices, isAnnouncing };
}
