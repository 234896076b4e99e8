/**
 * Placement against a master that makes offers, takes them back, loses agents and the connection.
 *
 * Whatever happens: a task is launched once; an agent's tasks go with all the offers that they were
 * promised; nothing that was promised is promised again; and in the end everything that fits runs.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { agentLost } from "../machines/agent-lost.ts";
import { defaultOfferSettings } from "./offer-settings.ts";
import { offerRescinded, offersLost } from "./offers-received.ts";
import { placeTasks } from "./place-tasks.ts";
import { Placing } from "./testing/placing.ts";

const agentCpus = 4;
const requestIds = ["q0", "q1", "q2", "q3"] as const;

/** What the master believes: which offers are out, and what runs where. */
class Master {
  /** Offer id to agent and cpus. */
  readonly offers = new Map<string, { readonly agent: string; readonly cpus: number }>();
  readonly running = new Map<string, string>();
  /** Agents of which nothing is offered before somebody asks again. */
  readonly declined = new Set<string>();
  readonly #seen = new Set<string>();
  #count = 0;

  used(agent: string): number {
    return [...this.running.values()].filter((on) => on === agent).length;
  }

  offered(agent: string): number {
    let cpus = 0;
    for (const offer of this.offers.values()) if (offer.agent === agent) cpus += offer.cpus;
    return cpus;
  }

  /** One more offer of half of what is free. */
  offer(placing: Placing, agent: string): void {
    const free = agentCpus - this.used(agent) - this.offered(agent);
    if (free <= 0 || !placing.state.link.connected) return;
    const cpus = Math.ceil(free / 2);
    const id = `o${++this.#count}`;
    this.offers.set(id, { agent, cpus });
    placing.offer({ agent, id, cpus });
  }

  /** As the engine performs effects, and the master answers to them. */
  perform(placing: Placing): void {
    for (const { offerIds } of placing.take("decline")) {
      for (const id of offerIds) {
        this.declined.add(this.offers.get(id)?.agent ?? "");
        this.offers.delete(id);
      }
    }
    for (const { agentId, offerIds, taskIds } of placing.take("launch")) {
      const known = offerIds.filter((id) => this.offers.get(id)?.agent === agentId);
      const cpus = known.reduce((sum, id) => sum + (this.offers.get(id)?.cpus ?? 0), 0);
      const isValid = known.length === offerIds.length && placing.state.link.connected;
      if (isValid) assert.ok(cpus >= taskIds.length, "over-committed");
      for (const taskId of taskIds) {
        assert.ok(!this.#seen.has(taskId), `${taskId} is launched twice`);
        this.#seen.add(taskId);
        assert.equal(placing.task(taskId)?.agentId, agentId);
        if (isValid) this.running.set(taskId, agentId);
        else placing.turn((turn) => turn.remove("task", taskId));
      }
      for (const id of known) this.offers.delete(id);
    }
    if (placing.take("wantOffers").some(({ wanted }) => wanted)) this.declined.clear();
  }
}

const steps = fc.array(
  fc.tuple(
    fc.constantFrom("offer", "offer", "plan", "slice", "slice", "rescind", "lost", "drop"),
    fc.integer({ min: 0, max: 3 }),
  ),
  { minLength: 5, maxLength: 80 },
);

test("every task is launched once, by all it was promised, and in the end all that fit run", () => {
  fc.assert(
    fc.property(steps, (events) => {
      const placing = new Placing({
        offers: { ...defaultOfferSettings, placementsPerTurnMax: 2, turnsPerRoundMax: 3 },
      });
      const master = new Master();
      for (const id of requestIds) placing.addService({ id, instances: 100 });
      for (const [what, n] of events) {
        placing.advance(5);
        happen(placing, master, what, n);
        master.perform(placing);
      }
      settle(placing, master);
      const room = 4 * agentCpus - master.running.size;
      assert.ok(placing.state.records.pendingTask.size === 0 || room === 0);
      assert.equal(master.running.size, placing.state.records.task.size);
    }),
    { numRuns: 500 },
  );
});

function happen(placing: Placing, master: Master, what: string, n: number): void {
  const agent = `a${n}`;
  if (what === "offer") master.offer(placing, agent);
  else if (what === "plan") placing.plan(requestIds[n] as string, n + 1);
  else if (what === "slice") placing.turn(placeTasks);
  else if (what === "rescind") {
    const id = [...master.offers.keys()][n];
    if (id === undefined) return;
    master.offers.delete(id);
    placing.turn((turn) => offerRescinded(turn, id));
  } else if (what === "lost") {
    for (const [id, offer] of master.offers) if (offer.agent === agent) master.offers.delete(id);
    placing.turn((turn) => agentLost(turn, agent));
    master.perform(placing);
    for (const [taskId, on] of [...master.running]) {
      if (on !== agent) continue;
      master.running.delete(taskId);
      placing.turn((turn) => turn.remove("task", taskId));
    }
  } else {
    master.offers.clear();
    placing.turn(offersLost);
    placing.state.link.connected = false;
    master.perform(placing);
    placing.state.link.connected = true;
    master.declined.clear();
  }
}

/** Everything is offered until nothing more happens. */
function settle(placing: Placing, master: Master): void {
  for (let round = 0; round < 20; round++) {
    for (const agent of ["a0", "a1", "a2", "a3"]) {
      if (!master.declined.has(agent)) master.offer(placing, agent);
    }
    placing.place();
    master.perform(placing);
  }
}
