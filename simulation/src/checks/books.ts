/**
 * At rest everybody's books agree with what is true: the leader's of each agent, its allocator's of
 * all, and what frameworks hold as offers. With every offer kept by whom it was made to, each resource
 * of each agent is either used or offered, once.
 *
 * Asks the leader as an operator would.
 */

import type { HttpClient } from "@tavola/host";
import { parseResources, Resources } from "@tavola/resources";
import { masterPort } from "../cluster/addresses.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { SimulatedProcess } from "../world/process.ts";
import { httpClientOf } from "../world/simulated-http.ts";
import { Violation } from "../world/world.ts";
import type { Checker } from "./checker.ts";

const name = "books";

type Amounts = Readonly<Record<string, number | string>>;

interface AgentAnswer {
  readonly hostname: string;
  readonly active: boolean;
  readonly resources: Amounts;
  readonly used_resources: Amounts;
  readonly offered_resources: Amounts;
}

interface Answers {
  readonly agents: readonly AgentAnswer[];
  readonly metrics: Readonly<Record<string, number>>;
  /** Ids of those that are not over. */
  readonly frameworks: readonly string[];
}

export class Books implements Checker {
  readonly #cluster: Cluster;
  #answers: Answers | undefined;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** To be asked shortly before the rest. */
  ask(): void {
    const { world, network, masters } = this.#cluster;
    const hostClock = { offsetMs: 0, rate: 1 };
    const operator = new SimulatedProcess(world, "operator", "10.0.3.1", hostClock);
    const http = httpClientOf(network, operator);
    for (const { host } of masters) {
      askMaster(http, `http://${host}:${masterPort}`).then(
        (answers) => {
          if (answers !== undefined) this.#answers = answers;
        },
        () => {},
      );
    }
  }

  rests(): void {
    const answers = this.#answers;
    if (answers === undefined) throw new Violation(name, "no master answers as the leader");
    let held = Resources.empty;
    for (const { host, machine, supervisor } of this.#cluster.agents) {
      const found = answers.agents.filter(({ hostname }) => hostname === host);
      const [agent] = found;
      if (supervisor.isRetired && agent === undefined) continue;
      if (agent === undefined || found.length > 1 || !agent.active) {
        throw new Violation(name, `the leader knows ${found.length} active agents on ${host}`);
      }
      const used = read(agent.used_resources);
      const offered = read(agent.offered_resources);
      const total = read(agent.resources);
      let running = Resources.empty;
      for (const container of machine.containers.values()) {
        if (container.hasEnded) continue;
        running = running.plus(container.allocated());
      }
      same(`what ${host} uses, as the leader has it, and what runs there`, used, running);
      const rest = total.contains(used.plus(offered)) ? total.minus(used.plus(offered)) : undefined;
      if (rest === undefined || (this.#isWanted() && isWorthAnOffer(rest))) {
        throw new Violation(name, `${host} has ${total}; ${used} is used, ${offered} offered`);
      }
      held = held.plus(used).plus(offered);
    }
    this.#checkOffers(answers);
    this.#checkFrameworks(answers);
    for (const kind of ["cpus", "mem"]) {
      const counted =
        answers.metrics[`allocator/mesos/resources/${kind}/offered_or_allocated`] ?? 0;
      const wanted = held.scalar(kind) / 1000;
      if (Math.abs(counted - wanted) > 0.0005) {
        throw new Violation(
          name,
          `the allocator counts ${counted} ${kind} as taken, not ${wanted}`,
        );
      }
    }
  }

  /** There is somebody to offer something to. */
  #isWanted(): boolean {
    return this.#cluster.frameworks.some(({ supervisor }) => !supervisor.isRetired);
  }

  /** Those that ended are over for the leader, too. */
  #checkFrameworks(answers: Answers): void {
    const living = this.#cluster.frameworks
      .filter(({ supervisor }) => !supervisor.isRetired)
      .map(({ records }) => records.id?.value);
    const listed = new Set(answers.frameworks);
    const { frameworkIds } = this.#cluster.ledger;
    const heard = answers.frameworks.filter((id) => frameworkIds.has(id));
    const strange = heard.filter((id) => !living.includes(id));
    const missing = living.filter((id) => id !== undefined && !listed.has(id));
    if (strange.length + missing.length === 0) return;
    const what = `${strange.join(", ") || "nobody"}, and not ${missing.join(", ") || "nobody"}`;
    throw new Violation(name, `the leader knows, of frameworks that are over, ${what} that lives`);
  }

  /** What frameworks hold is what the leader says it has offered. */
  #checkOffers({ agents }: Answers): void {
    for (const agent of agents) {
      let heldOffers = Resources.empty;
      for (const { scheduler } of this.#cluster.frameworks) {
        for (const offer of scheduler?.offers.values() ?? []) {
          if (offer.hostname !== agent.hostname) continue;
          heldOffers = heldOffers.plus(Resources.of(offer.resources ?? []).unallocated());
        }
      }
      const what = `what is offered of ${agent.hostname}, and what frameworks hold of it`;
      same(what, read(agent.offered_resources), heldOffers);
    }
  }
}

/** As the flag `--min_allocatable_resources` says by default: less is offered to nobody. */
function isWorthAnOffer(rest: Resources): boolean {
  return rest.scalar("cpus") >= 10 || rest.scalar("mem") >= 32_000;
}

async function askMaster(http: HttpClient, url: string): Promise<Answers | undefined> {
  const agents = await http.request({ method: "GET", url: `${url}/slaves` });
  if (agents.status !== 200) return undefined;
  const { slaves } = JSON.parse(Buffer.from(await agents.body()).toString()) as {
    slaves: readonly AgentAnswer[];
  };
  const metrics = await http.request({ method: "GET", url: `${url}/metrics/snapshot` });
  const frameworks = await http.request({ method: "GET", url: `${url}/frameworks` });
  const { frameworks: known } = JSON.parse(Buffer.from(await frameworks.body()).toString()) as {
    frameworks: readonly { readonly id: string }[];
  };
  return {
    agents: slaves,
    metrics: JSON.parse(Buffer.from(await metrics.body()).toString()),
    frameworks: known.map(({ id }) => id),
  };
}

function read(amounts: Amounts): Resources {
  const text = Object.entries(amounts)
    .filter(([, amount]) => amount !== 0)
    .map(([kind, amount]) => `${kind}:${amount}`)
    .join(";");
  return Resources.of(parseResources(text).value ?? []);
}

function same(what: string, a: Resources, b: Resources): void {
  if (a.contains(b) && b.contains(a)) return;
  throw new Violation(name, `${what}, differ: ${a} and ${b}`);
}
