/**
 * What somebody wants to run, from the command line of `tavola run`.
 */

import { userInfo } from "node:os";
import { milli } from "@tavola/base";
import { newUuid } from "@tavola/host";
import type { CommandInfo, Resource, TaskInfo } from "@tavola/protocol";
import { usageError } from "../command.ts";
import { type OptionTable, parseAmount, parseCount, parseOptions } from "../options.ts";
import { type ScalarName, type Scalars, scalarNames } from "../scalars.ts";

const defaults = { cpus: 0.1, mem: 128, instancesMax: 1000 } as const;

const options = {
  name: { type: "string", short: "n" },
  cpus: { type: "string" },
  mem: { type: "string" },
  disk: { type: "string" },
  env: { type: "string", short: "e", multiple: true },
  uri: { type: "string", multiple: true },
  instances: { type: "string" },
  user: { type: "string" },
  master: { type: "string" },
} as const satisfies OptionTable;

export interface RunRequest {
  readonly name: string;
  readonly user: string;
  readonly instances: number;
  /** Of each instance. */
  readonly demand: Scalars;
  readonly command: CommandInfo;
  /** As given; undefined leaves it to the environment. */
  readonly master: string | undefined;
}

/** Throws a usage error. `args` are the arguments after `run`. */
export function parseRunRequest(args: readonly string[]): RunRequest {
  const dashes = args.indexOf("--");
  const { values, positionals } = parseOptions(options, dashes < 0 ? args : args.slice(0, dashes));
  const words = dashes < 0 ? [] : args.slice(dashes + 1);
  if (positionals.length > 0 || words.length === 0) {
    throw usageError("the command comes after --, as in: tavola run -- echo hello");
  }
  const name = values.name ?? nameOf(words[0] as string);
  if (!/^[A-Za-z0-9._-]{1,100}$/.test(name)) {
    throw usageError(`--name is "${name}"; wanted letters, digits, ".", "_" and "-"`);
  }
  return {
    name,
    user: values.user ?? userInfo().username,
    instances: parseCount("instances", values.instances, 1, defaults.instancesMax),
    demand: {
      cpus: milli(parseAmount("cpus", values.cpus, defaults.cpus)),
      mem: milli(parseAmount("mem", values.mem, defaults.mem)),
      disk: milli(parseAmount("disk", values.disk, 0)),
    },
    command: {
      ...commandOf(words),
      ...environmentOf(values.env ?? []),
      ...(values.uri === undefined ? {} : { uris: values.uri.map((value) => ({ value })) }),
      ...(values.user === undefined ? {} : { user: values.user }),
    },
    master: values.master,
  };
}

/** Several words are an argv; one that is more than a plain word is for a shell. */
function commandOf(words: readonly string[]): CommandInfo {
  const [first = ""] = words;
  if (words.length === 1 && !/^[\w./+:@%-]+$/.test(first)) return { shell: true, value: first };
  return { shell: false, value: first, arguments: words };
}

function environmentOf(pairs: readonly string[]): Pick<CommandInfo, "environment"> {
  if (pairs.length === 0) return {};
  const variables = pairs.map((pair) => {
    const equals = pair.indexOf("=");
    if (equals <= 0) throw usageError(`--env is "${pair}"; wanted NAME=VALUE`);
    return { name: pair.slice(0, equals), value: pair.slice(equals + 1) };
  });
  return { environment: { variables } };
}

/** The program's name, as far as it makes a good part of an id. */
function nameOf(word: string): string {
  const program = word.trim().split(/\s/, 1)[0] ?? "";
  const name = program.slice(program.lastIndexOf("/") + 1).replaceAll(/[^A-Za-z0-9._-]/g, "");
  return name.replace(/^[.-]+/, "").slice(0, 40) || "task";
}

/** One id per instance, told apart from those of every other run. */
export function taskIdsOf(request: RunRequest): readonly string[] {
  const run = `${request.name}.${newUuid().slice(0, 8)}`;
  if (request.instances === 1) return [run];
  return Array.from({ length: request.instances }, (_, index) => `${run}.${index + 1}`);
}

/** The task to launch on an offer of `agentId` made to `role`. */
export function taskOf(
  request: RunRequest,
  taskId: string,
  offer: { readonly agentId: string; readonly role: string },
): TaskInfo {
  return {
    name: request.name,
    task_id: { value: taskId },
    agent_id: { value: offer.agentId },
    resources: scalarNames
      .filter((name) => request.demand[name] > 0)
      .map((name) => resourceOf(name, request.demand[name] / 1000, offer.role)),
    command: request.command,
  };
}

function resourceOf(name: ScalarName, value: number, role: string): Resource {
  return { name, type: "SCALAR", scalar: { value }, allocation_info: { role } };
}
