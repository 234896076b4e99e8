/**
 * A daemon's log as part of the world's: what it warns of, so that a failed seed can be read.
 */

import type { Logger } from "@tavola/host";
import type { SimulatedProcess } from "../world/process.ts";

export function daemonLogger(process: SimulatedProcess): Logger {
  const note = (fields: Readonly<Record<string, unknown>>, message: string): void => {
    if (!process.isAlive) return;
    process.world.note(`${process.name}: ${message}`, undefined, () => describe(fields));
  };
  return { debug() {}, info: note, warn: note, error: note };
}

function describe(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${value instanceof Error ? value.stack : String(value)}`)
    .join(" ");
}
