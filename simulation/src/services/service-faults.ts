/**
 * What may go wrong around schedulers of services: everything that goes wrong around frameworks, and what
 * their own store and history do to them.
 */

import { randomInt } from "@tavola/base";
import { between, type Fault, faultKinds, kill, pick } from "../faults/fault-kinds.ts";
import { Recurring } from "../faults/fault-plan.ts";
import { Mending } from "../faults/mending.ts";
import type { ServiceCluster } from "./service-cluster.ts";

const pauseMs = { min: 400, max: 12_000 } as const;

/** Schedulers keep times in their records, so that their clocks have to agree better than that. */
const { clockSteps: _, ...common } = faultKinds;

const serviceKinds: Readonly<Record<string, Fault<ServiceCluster>>> = {
  ...common,
  leadingSchedulerKilled: ({ cluster, random }) => {
    const leading = cluster.schedulers.find(({ engine }) => engine !== undefined);
    if (leading !== undefined) kill(leading.supervisor, random);
  },
  schedulerSessionExpires: ({ cluster, random, mending }) => {
    const { client, host } = pick(random, cluster.schedulers);
    if (client === undefined) return;
    cluster.world.note(`the session of scheduler ${host} will end`);
    cluster.store.setReachable(client, false);
    const lastsMs = client.session.timeoutMs + between(random, 300, 6000);
    mending.after(lastsMs, `scheduler ${host} may reach the store`, () =>
      cluster.store.setReachable(client, true),
    );
  },
  schedulerCutOff: ({ cluster, random, mending }) => {
    const { client, host } = pick(random, cluster.schedulers);
    if (client === undefined) return;
    const direction = randomInt(random, 3);
    cluster.world.note(`scheduler ${host} and the store are cut off (${direction})`);
    cluster.store.setReachable(client, { requests: direction === 1, answers: direction === 2 });
    mending.after(between(random, 200, 8000), `scheduler ${host} may reach the store`, () =>
      cluster.store.setReachable(client, true),
    );
  },
  schedulerWriteUnknown: ({ cluster, random }) => {
    const { client, host } = pick(random, cluster.schedulers);
    if (client === undefined) return;
    const outcome = random.next() < 0.5 ? "applied" : "not applied";
    cluster.world.note(`the next write of scheduler ${host} is ${outcome}, unknown to it`);
    cluster.store.breakNextTransaction(client, outcome);
  },
  slowStore: ({ cluster, random, mending }) => {
    const { client, host } = pick(random, cluster.schedulers);
    if (client === undefined) return;
    const max = between(random, 20, 1500);
    cluster.world.note(`the store is slow for scheduler ${host}: up to ${Math.round(max)} ms`);
    cluster.store.setDelay(client, { min: 1, max });
    mending.after(between(random, 1000, 20_000), `the store is fast for scheduler ${host}`, () =>
      cluster.store.setDelay(client, { min: 1, max: 2 }),
    );
  },
  historyAway: ({ cluster, random, mending }) => {
    cluster.world.note("the history is away");
    cluster.history.isAway = true;
    mending.after(between(random, 500, 40_000), "the history is back", () => {
      cluster.history.isAway = false;
    });
  },
  historyLosesAnswers: ({ cluster, random, mending }) => {
    cluster.world.note("answers of the history are lost");
    cluster.history.lostAnswers = random.next() * 0.8;
    mending.after(between(random, 500, 20_000), "the history answers", () => {
      cluster.history.lostAnswers = 0;
    });
  },
  schedulerClockSteps: ({ cluster, random }) => {
    const { host, hostClock } = pick(random, cluster.schedulers);
    const byMs = (random.next() - 0.5) * 40_000;
    cluster.world.note(`the clock of ${host} steps by ${Math.round(byMs)} ms`);
    // Back to where it was sooner or later: it does not walk away over the run.
    hostClock.offsetMs = Math.abs(hostClock.offsetMs) > 1000 ? 0 : byMs;
  },
};

/** Only where there is one: other runs keep their dice. */
const discoveryKinds: Readonly<Record<string, Fault<ServiceCluster>>> = {
  discoveryKilled: ({ cluster, random }) => {
    for (const { supervisor } of cluster.discoveries) kill(supervisor, random);
  },
};

export interface ServiceFaultPlan {
  readonly kinds: readonly string[];
  /** No more faults; what they did is lifted. */
  end(): void;
}

export function beginServiceFaults(cluster: ServiceCluster, calmMs: number): ServiceFaultPlan {
  const { world, network, schedulers, discoveries } = cluster;
  const kinds = discoveries.length === 0 ? serviceKinds : { ...serviceKinds, ...discoveryKinds };
  const random = world.dice("faults");
  const share = random.next();
  const chosen = Object.keys(kinds).filter(() => random.next() < share);
  const mending = new Mending(network);
  const recurring = new Recurring(kinds, chosen, { cluster, random, mending }, pauseMs);
  world.plan(calmMs, () => recurring.next());
  return {
    kinds: chosen,
    end() {
      recurring.isOver = true;
      mending.all();
      for (const { hostClock } of schedulers) hostClock.offsetMs = 0;
    },
  };
}
