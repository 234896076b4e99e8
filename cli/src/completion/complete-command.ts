/**
 * `tavola complete -- WORD…`: what the last word may become, a line each. For shells.
 *
 * Options are those that a command's own usage names; where a command takes a request's id, the
 * scheduler is asked for those there are, and discovery where it takes a service. Whatever goes wrong,
 * nothing is completed, and nothing said.
 */

import { CodedError } from "@tavola/base";
import type { Command } from "../command.ts";
import { type CommandEntry, commands } from "../commands.ts";
import { openDiscovery } from "../discovery/discovery-address.ts";
import { askScheduler } from "../services/scheduler-client.ts";

/** A shell does not wait for a server that does not answer. */
const idsMsMax = 1000;

const usage =
  "usage: tavola complete -- WORD…\n\nLists what the last word may become. For shells.\n";

export const completeCommand: Command = {
  usage,
  async run(args, terminal) {
    const words = args[0] === "--" ? args.slice(1) : args;
    const last = words.at(-1) ?? "";
    const candidates = await candidatesFor(words, terminal);
    const found = candidates.filter((candidate) => candidate.startsWith(last));
    if (found.length > 0) await terminal.write(`${found.join("\n")}\n`);
    return 0;
  },
};

async function candidatesFor(
  words: readonly string[],
  terminal: Parameters<Command["run"]>[1],
): Promise<readonly string[]> {
  const [name = "", ...rest] = words;
  if (rest.length === 0) {
    return Object.entries(commands)
      .filter(([, { isInternal }]) => isInternal !== true)
      .map(([command]) => command)
      .sort();
  }
  const entry: CommandEntry | undefined = Object.hasOwn(commands, name)
    ? commands[name]
    : undefined;
  if (entry === undefined) return [];
  if (name === "help") return Object.keys(commands).sort();
  const last = rest.at(-1) ?? "";
  const { usage: text } = await entry.load();
  if (last.startsWith("-")) return optionsOf(text);
  if (rest.length > 1) return [];
  if (entry.takesRequest === true) return await requestIds(terminal);
  return entry.takesService === true ? await serviceTypes(terminal) : [];
}

function optionsOf(text: string): readonly string[] {
  const found = [...text.matchAll(/(?<=^ {2}|^ {2}.* )--[a-z][\w-]*=?/gm)].map(
    ([option]) => option,
  );
  return [...new Set(found)].sort();
}

async function serviceTypes(terminal: Parameters<Command["run"]>[1]): Promise<readonly string[]> {
  const { discovery } = openDiscovery(undefined, terminal);
  try {
    const watch = discovery.subscribe();
    await Promise.race([watch.ready, late(undefined)]);
    return [...new Set(watch.all().map(({ serviceType }) => serviceType))].sort();
  } finally {
    await discovery.close();
  }
}

function late<T>(value: T): Promise<T> {
  return new Promise((resolve) => {
    setTimeout(resolve, idsMsMax, value).unref();
  });
}

async function requestIds(terminal: Parameters<Command["run"]>[1]): Promise<readonly string[]> {
  const asked = askScheduler(undefined, terminal, (scheduler) =>
    scheduler.get<readonly string[]>("/requests/ids"),
  ).catch((error: unknown) => {
    if (error instanceof CodedError) return [];
    throw error;
  });
  return Promise.race([asked, late([])]);
}
