/**
 * `tavola agents`: the machines, what they have and what of it is in use.
 */

import { type Milli, unitsOf } from "@tavola/base";
import type { Attribute, master } from "@tavola/protocol";
import { type Command, usageError } from "../command.ts";
import { masterOptionHelp } from "../master-address.ts";
import { type OptionTable, parseOptions } from "../options.ts";
import { type Scalars, scalarsOf } from "../scalars.ts";
import { type Column, formatTable } from "../table.ts";
import { askMaster } from "./ask-master.ts";

const options = {
  json: { type: "boolean" },
  master: { type: "string" },
} as const satisfies OptionTable;

const usage = `usage: tavola agents [--json]

Lists the agents of the cluster: where each is, its state, how much of it is in use (tasks) out of
what it has, its attributes.

  --json               one JSON array, for programs
${masterOptionHelp}`;

export const agentsCommand: Command = {
  usage,
  async run(args, terminal) {
    const { values, positionals } = parseOptions(options, args);
    if (positionals.length > 0) throw usageError(`unexpected argument "${positionals[0]}"`);
    const { agents = [] } = await askMaster(values.master, terminal, (operator) =>
      operator.call("GET_AGENTS"),
    );
    const listed = agents.map(listAgent);
    await terminal.write(values.json === true ? formatAgentsJson(listed) : formatAgents(listed));
    return 0;
  },
};

export interface ListedAgent {
  readonly agentId: string;
  /** `HOST:PORT`. */
  readonly address: string;
  readonly hostname: string;
  readonly state: "active" | "inactive" | "deactivated";
  readonly version: string;
  readonly total: Scalars;
  readonly used: Scalars;
  readonly attributes: readonly Attribute[];
}

export function listAgent(agent: master.Response_GetAgents_Agent): ListedAgent {
  const { agent_info, pid, active, deactivated } = agent;
  const state = deactivated === true ? "deactivated" : active ? "active" : "inactive";
  const forAnybody = (resources: typeof agent.total_resources) =>
    scalarsOf(resources?.map(({ reservations: _, ...each }) => ({ ...each, role: "*" })));
  return {
    agentId: agent_info.id?.value ?? "",
    address: pid?.slice(pid.indexOf("@") + 1) ?? `${agent_info.hostname}:${agent_info.port}`,
    hostname: agent_info.hostname,
    state,
    version: agent.version,
    total: forAnybody(agent.total_resources),
    used: forAnybody(agent.allocated_resources),
    attributes: agent_info.attributes ?? [],
  };
}

const columns: readonly Column<ListedAgent>[] = [
  { title: "AGENT", cell: ({ address }) => address },
  { title: "STATE", cell: ({ state }) => state },
  { title: "CPUS", cell: ({ used, total }) => formatUse(used.cpus, total.cpus), align: "right" },
  { title: "MEM", cell: ({ used, total }) => formatUse(used.mem, total.mem), align: "right" },
  { title: "DISK", cell: ({ used, total }) => formatUse(used.disk, total.disk), align: "right" },
  { title: "ATTRIBUTES", cell: ({ attributes }) => attributes.map(formatAttribute).join(";") },
  { title: "ID", cell: ({ agentId }) => agentId },
];

export function formatAgents(agents: readonly ListedAgent[]): string {
  return formatTable(columns, agents);
}

export function formatAgentsJson(agents: readonly ListedAgent[]): string {
  const amounts = ({ cpus, mem, disk }: Scalars) => ({
    cpus: unitsOf(cpus),
    mem: unitsOf(mem),
    disk: unitsOf(disk),
  });
  const objects = agents.map(({ agentId, address, total, used, attributes, ...rest }) => ({
    id: agentId,
    agent: address,
    ...rest,
    resources: amounts(total),
    used_resources: amounts(used),
    attributes: Object.fromEntries(
      attributes.map((attribute) => [attribute.name, formatValue(attribute)]),
    ),
  }));
  return `${JSON.stringify(objects, undefined, 2)}\n`;
}

function formatUse(used: Milli, total: Milli): string {
  return `${unitsOf(used)}/${unitsOf(total)}`;
}

function formatAttribute(attribute: Attribute): string {
  return `${attribute.name}:${formatValue(attribute)}`;
}

function formatValue({ text, scalar, ranges, set }: Attribute): string {
  if (text !== undefined) return text.value;
  if (scalar !== undefined) return String(scalar.value);
  if (set !== undefined) return `{${(set.item ?? []).join(",")}}`;
  return `[${(ranges?.range ?? []).map(({ begin, end }) => `${begin}-${end}`).join(",")}]`;
}
