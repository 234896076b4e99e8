/** What HAProxy is told when instances of one service come and go: the same to each of its backends. */

import {
  addCommands,
  reuseCommands,
  type Server,
  type ServerChanges,
  type ServerSettings,
} from "./server-book.ts";

export interface ServiceCommandOptions {
  readonly settings: ServerSettings;
  /** HAProxy has it already: it served another instance. */
  isReused(server: Server): boolean;
}

/** Who went gets nothing new from here on; what it has may end. PERF: O(changes × backends). */
export function serviceCommands(
  backends: readonly string[],
  { added, removed, reweighted }: ServerChanges,
  { settings, isReused }: ServiceCommandOptions,
): readonly string[] {
  return backends.flatMap((backend) => [
    ...added.flatMap((server) =>
      isReused(server) ? reuseCommands(backend, server) : addCommands(backend, server, settings),
    ),
    ...reweighted.map(({ name, weight }) => `set server ${backend}/${name} weight ${weight}`),
    ...removed.map((server) => stateCommand(backend, server, "maint")),
  ]);
}

export function stateCommand(
  backend: string,
  { name }: Pick<Server, "name">,
  state: "maint" | "ready",
): string {
  return `set server ${backend}/${name} state ${state}`;
}
