/**
 * A small language for allocator tests: commands in, what happened out.
 *
 *     framework NAME [role=R[,R2]] [suppressed=R] [caps=C[,C2]] [min=R:cpus:1|mem:64] [used=A/R:RES] [inactive]
 *     update NAME [role=…] [suppressed=…] [caps=…] [min=…]
 *     remove-framework NAME | activate NAME | deactivate NAME
 *     agent NAME RESOURCES [used=F/R:RES] [caps=C]      (caps as Mesos's agents have, if not given)
 *     agent-total NAME RESOURCES | remove-agent NAME | activate-agent NAME | deactivate-agent NAME
 *     recover FRAMEWORK/ROLE AGENT RESOURCES|all [refuse=SECONDS]
 *     suppress NAME [R…] | revive NAME [R…]
 *     sleep SECONDS
 *     allocate            prints the allocations, sorted
 *     shares | usage      prints the figures for metrics
 *
 * Resources are in the grammar of `--resources`, without spaces; `{REV}` before the colon of the
 * first makes all of them revocable. For tests only.
 */
import type { AgentId, FrameworkId, Instant } from "@tavola/base";
import { asId, instant, later, unitsOf } from "@tavola/base";
import type { AgentInfo_Capability_Type, FrameworkInfo_Capability_Type } from "@tavola/protocol";
import type { Quantities } from "@tavola/resources";
import { parseQuantities, parseResources, Resources } from "@tavola/resources";
import type { Allocation, Allocator, FrameworkProfile } from "../allocator.ts";

const usualAgentCapabilities: readonly AgentInfo_Capability_Type[] = [
  "MULTI_ROLE",
  "HIERARCHICAL_ROLE",
  "RESERVATION_REFINEMENT",
];

export class AllocatorScript {
  readonly #allocator: Allocator;
  #now: Instant = instant(0);
  readonly #given = new Map<string, Resources>();

  constructor(allocator: Allocator) {
    this.#allocator = allocator;
  }

  /** Runs one command; the lines it prints. */
  run(line: string): readonly string[] {
    const [command = "", ...words] = line.trim().split(/\s+/);
    const [name = "", ...rest] = words.filter((word) => !word.includes("="));
    const options = new Map(
      words
        .filter((word) => word.includes("="))
        .map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]),
    );
    switch (command) {
      case "framework":
      case "update":
        return this.#framework(command, name, rest, options);
      case "agent":
        return this.#agent(name, rest[0] ?? "", options);
      case "recover":
        return this.#recover(name, rest, options);
      case "sleep":
        this.#now = later(this.#now, Number(name) * 1000);
        return [];
      case "allocate":
        return this.#allocate();
      case "shares":
        return this.#allocator
          .roleShares()
          .map(
            ({ role, dominantShare, activeFilters, frameworks }) =>
              `${role} share=${dominantShare.toFixed(3)} filters=${activeFilters} frameworks=${frameworks}`,
          );
      case "usage":
        return this.#allocator
          .usage()
          .map(
            ({ name, total, allocated }) => `${name} ${unitsOf(allocated)} of ${unitsOf(total)}`,
          );
      default:
        return this.#simple(command, name, rest);
    }
  }

  #simple(command: string, name: string, rest: readonly string[]): readonly string[] {
    const framework = asId<FrameworkId>(name);
    const agent = asId<AgentId>(name);
    const actions: Record<string, () => void> = {
      "remove-framework": () => this.#allocator.frameworkRemoved(framework),
      activate: () => this.#allocator.frameworkActivated(framework),
      deactivate: () => this.#allocator.frameworkDeactivated(framework),
      "agent-total": () => this.#allocator.agentUpdated(agent, resourcesOf(rest[0] ?? "")),
      "remove-agent": () => this.#allocator.agentRemoved(agent),
      "activate-agent": () => this.#allocator.agentActivated(agent),
      "deactivate-agent": () => this.#allocator.agentDeactivated(agent),
      suppress: () => this.#allocator.offersSuppressed(framework, rest),
      revive: () => this.#allocator.offersRevived(framework, rest),
    };
    const action = actions[command];
    if (action === undefined) throw new Error(`no such command: ${command}`);
    action();
    return [];
  }

  #framework(
    command: "framework" | "update",
    name: string,
    words: readonly string[],
    options: ReadonlyMap<string, string>,
  ): readonly string[] {
    const profile = profileOf(options);
    if (command === "update") {
      this.#allocator.frameworkUpdated(asId(name), profile);
      return [];
    }
    const [agent, used] = holdingOf(options.get("used"));
    this.#allocator.frameworkAdded(asId(name), {
      ...profile,
      active: !words.includes("inactive"),
      used: new Map(agent === undefined ? [] : [[asId<AgentId>(agent), used]]),
    });
    return [];
  }

  #agent(name: string, total: string, options: ReadonlyMap<string, string>): readonly string[] {
    const [framework, used] = holdingOf(options.get("used"));
    const capabilities = listOf(options.get("caps")) as AgentInfo_Capability_Type[];
    this.#allocator.agentAdded(asId(name), {
      total: resourcesOf(total),
      used: new Map(framework === undefined ? [] : [[asId<FrameworkId>(framework), used]]),
      capabilities: new Set(options.has("caps") ? capabilities : usualAgentCapabilities),
    });
    return [];
  }

  #recover(
    who: string,
    [agent = "", what = ""]: readonly string[],
    options: ReadonlyMap<string, string>,
  ): readonly string[] {
    const [framework = "", role = ""] = splitOnce(who, "/");
    const key = `${framework} ${role} ${agent}`;
    const resources =
      what === "all"
        ? (this.#given.get(key) ?? Resources.empty)
        : resourcesOf(what).allocatedTo(role);
    this.#given.set(key, (this.#given.get(key) ?? Resources.empty).minus(resources));
    this.#allocator.resourcesRecovered(
      {
        frameworkId: asId(framework),
        agentId: asId(agent),
        resources,
        refuseMs: Number(options.get("refuse") ?? 0) * 1000,
      },
      this.#now,
    );
    return [];
  }

  #allocate(): readonly string[] {
    const allocations = this.#allocator.allocate(this.#now);
    for (const { frameworkId, role, agentId, resources } of allocations) {
      const key = `${frameworkId} ${role} ${agentId}`;
      this.#given.set(key, (this.#given.get(key) ?? Resources.empty).plus(resources));
    }
    return allocations.length === 0 ? ["nothing"] : allocations.map(formatAllocation).sort();
  }
}

function formatAllocation({ frameworkId, role, agentId, resources }: Allocation): string {
  return `${agentId} to ${frameworkId} in ${role}: ${resources.unallocated()}`;
}

function profileOf(options: ReadonlyMap<string, string>): FrameworkProfile {
  const roles = options.has("role") ? listOf(options.get("role")) : ["*"];
  const given = listOf(options.get("caps")) as FrameworkInfo_Capability_Type[];
  const capabilities = new Set<FrameworkInfo_Capability_Type>(given);
  const suppressedRoles = new Set(listOf(options.get("suppressed")));
  const [minRole, alternatives] = splitOnce(options.get("min") ?? "", ":");
  if (alternatives === undefined) return { roles, suppressedRoles, capabilities };
  const quantities = alternatives.split("|").filter(Boolean).map(quantitiesOf);
  return { roles, suppressedRoles, capabilities, minAllocatable: new Map([[minRole, quantities]]) };
}

function quantitiesOf(text: string): Quantities {
  const { value, error } = parseQuantities(text);
  if (value === undefined) throw new Error(error);
  return value;
}

function resourcesOf(text: string): Resources {
  const { value, error } = parseResources(text.replace("{REV}", ""));
  if (value === undefined) throw new Error(error);
  return Resources.of(
    text.includes("{REV}") ? value.map((resource) => ({ ...resource, revocable: {} })) : value,
  );
}

/** Of `X/ROLE:RESOURCES`. */
function holdingOf(text: string | undefined): [string | undefined, Resources] {
  if (text === undefined) return [undefined, Resources.empty];
  const [who, rest = ""] = splitOnce(text, "/");
  const [role, resources = ""] = splitOnce(rest, ":");
  return [who, resourcesOf(resources).allocatedTo(role)];
}

function listOf(text: string | undefined): string[] {
  return text === undefined || text === "" ? [] : text.split(",");
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}
