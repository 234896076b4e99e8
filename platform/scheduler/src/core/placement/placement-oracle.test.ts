/**
 * Placement against an oracle that does it the slow way: for every task that is placed, every agent is
 * held to every rule, by code of its own that walks all tasks and keeps its own books.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { changeMachineState } from "../machines/machine-state.ts";
import type { Placement } from "../model/enums.ts";
import type { Request } from "../model/request.ts";
import type { PendingTask } from "../model/task.ts";
import type { TaskRecord } from "../records.ts";
import { cleanUpTask } from "../tasks/clean-up-task.ts";
import { defaultOfferSettings } from "./offer-settings.ts";
import { placeTasks } from "./place-tasks.ts";
import { Placing } from "./testing/placing.ts";

const rackOf = (agent: number): string => `r${agent % 3}`;
const diskOf = (agent: number): string => (agent % 2 === 0 ? "ssd" : "hdd");
const requestIds = ["q0", "q1", "q2", "q3"] as const;

interface Free {
  cpus: number;
  memoryMb: number;
  readonly ports: Set<number>;
}

/** What the test itself knows to be free on each agent, by its offers and the tasks put there. */
type Books = Map<string, Free>;

interface Shape {
  readonly placement: Placement;
  readonly isRackSensitive: boolean;
  readonly rackAffinity: readonly string[];
  readonly required: string | undefined;
  readonly allowed: string | undefined;
  readonly minimum: number | undefined;
  readonly instances: number;
  readonly cpus: number;
  readonly numPorts: number;
}

const shapes = fc.array(
  fc.record<Shape>({
    placement: fc.constantFrom<Placement>(
      "GREEDY",
      "OPTIMISTIC",
      "SEPARATE_BY_DEPLOY",
      "SEPARATE_BY_REQUEST",
    ),
    isRackSensitive: fc.boolean(),
    rackAffinity: fc.oneof(fc.constant([]), fc.constant(["r0", "r1"])),
    required: fc.option(fc.constantFrom("ssd", "hdd"), { nil: undefined }),
    allowed: fc.option(fc.constantFrom("ssd", "hdd"), { nil: undefined }),
    minimum: fc.option(fc.constantFrom(30, 60), { nil: undefined }),
    instances: fc.integer({ min: 1, max: 6 }),
    cpus: fc.integer({ min: 1, max: 3 }),
    numPorts: fc.integer({ min: 0, max: 2 }),
  }),
  { minLength: 4, maxLength: 4 },
);

const agentNo = fc.integer({ min: 0, max: 6 });
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.tuple(fc.constant("offer" as const), agentNo) },
    {
      weight: 4,
      arbitrary: fc.tuple(fc.constant("plan" as const), fc.integer({ min: 0, max: 3 })),
    },
    { weight: 1, arbitrary: fc.tuple(fc.constant("end" as const), agentNo) },
    { weight: 2, arbitrary: fc.tuple(fc.constant("clean" as const), agentNo) },
    { weight: 1, arbitrary: fc.tuple(fc.constant("freeze" as const), agentNo) },
    { weight: 2, arbitrary: fc.tuple(fc.constant("thaw" as const), agentNo) },
    { weight: 4, arbitrary: fc.tuple(fc.constant("place" as const), agentNo) },
  ),
  { minLength: 5, maxLength: 60 },
);

test("placeTasks() gives each task the best agent that an oracle allows, and leaves none that had one", () => {
  fc.assert(
    fc.property(shapes, steps, (kinds, events) => {
      const placing = new Placing({
        offers: { ...defaultOfferSettings, placementsPerTurnMax: 3, turnsPerRoundMax: 1000 },
      });
      kinds.forEach((shape, i) => {
        placing.addService(...serviceOf(requestIds[i] as string, shape));
      });
      const books: Books = new Map();
      let offers = 0;
      for (const [what, n] of events) {
        placing.advance(10);
        if (what === "offer") offer(placing, books, n, ++offers);
        else if (what === "plan") placing.plan(requestIds[n] as string, 2);
        else if (what === "place") placeAndCheck(placing, books);
        else change(placing, what, n);
      }
      placeAndCheck(placing, books);
    }),
    { numRuns: 1500 },
  );
});

function serviceOf(id: string, shape: Shape): Parameters<Placing["addService"]> {
  const { cpus, numPorts, minimum } = shape;
  return [
    {
      id,
      instances: shape.instances,
      agentPlacement: shape.placement,
      rackSensitive: shape.isRackSensitive,
      rackAffinity: shape.rackAffinity,
      ...(shape.required === undefined
        ? {}
        : { requiredAgentAttributes: { disk: shape.required } }),
      ...(shape.allowed === undefined ? {} : { allowedAgentAttributes: { disk: shape.allowed } }),
      ...(minimum === undefined ? {} : { agentAttributeMinimums: { disk: { ssd: minimum } } }),
    },
    { resources: { cpus, memoryMb: 100, diskMb: 0, numPorts } },
  ];
}

function offer(placing: Placing, books: Books, n: number, id: number): void {
  const agent = `a${n}`;
  const begin = 31_000 + 10 * id;
  placing.offer({
    agent,
    id: `o${id}`,
    cpus: 3,
    memoryMb: 250,
    diskMb: 0,
    ports: [[begin, begin + 1]],
    attributes: { rackid: rackOf(n), disk: diskOf(n) },
  });
  if (!placing.state.offers.has(`o${id}`)) return;
  const free = books.get(agent) ?? { cpus: 0, memoryMb: 0, ports: new Set() };
  free.cpus += 3;
  free.memoryMb += 250;
  free.ports.add(begin).add(begin + 1);
  books.set(agent, free);
}

function change(placing: Placing, what: "end" | "clean" | "freeze" | "thaw", n: number): void {
  const task = [...placing.state.records.task.values()][n];
  placing.turn((turn) => {
    if (what === "end" && task !== undefined) turn.remove("task", task.taskId.id);
    if (what === "clean" && task !== undefined) {
      cleanUpTask(turn, task, { cleanupType: "BOUNCING" });
    }
    if (what === "freeze") changeMachineState(turn, "agent", `a${n}`, { state: "FROZEN" });
    if (what === "thaw") changeMachineState(turn, "agent", `a${n}`, { state: "ACTIVE" });
  });
}

/** A few tasks a turn; each is looked at as if it were the only one. */
function placeAndCheck(placing: Placing, books: Books): void {
  do {
    const tasks = new Map(placing.state.records.task);
    const waiting = new Map(placing.state.records.pendingTask);
    placing.turn(placeTasks);
    for (const task of placing.state.records.task.values()) {
      if (!tasks.has(task.taskId.id)) check(placing, tasks, waiting, task, books);
    }
  } while (placing.state.placement.round !== undefined);
  if (pendingTaskCount(placing) === 0) giveBack(placing, books);
  const { task, pendingTask } = placing.state.records;
  for (const pending of pendingTask.values()) {
    for (const agent of books.keys()) {
      const isRefused = !isAllowed(placing, task, pendingTask, pending, agent, books);
      assert.ok(isRefused, `${pending.pendingTaskId.id} has a place on ${agent}`);
    }
  }
  for (const { agentId } of placing.take("launch")) books.delete(agentId);
}

/** `tasks` and `waiting` as they were before it was placed; afterwards as they are then. */
function check(
  placing: Placing,
  tasks: Map<string, TaskRecord>,
  waiting: Map<string, PendingTask>,
  task: TaskRecord,
  books: Books,
): void {
  const pending = waiting.get(task.pendingTask.pendingTaskId.id);
  assert.ok(pending !== undefined);
  const scores = new Map([...books].map(([agent, free]) => [agent, scoreOf(tasks, agent, free)]));
  const pick = (agent: string): number => weighted(placing, pending, agent, scores);
  const suitable = [...books.keys()].filter((agent) =>
    isAllowed(placing, tasks, waiting, pending, agent, books),
  );
  assert.ok(suitable.includes(task.agentId), `${task.taskId.id} breaks a rule`);
  const best = Math.max(...suitable.map(pick));
  assert.ok(pick(task.agentId) > best - 1e-9, `${task.taskId.id} had a better place`);
  take(books, task);
  tasks.set(task.taskId.id, task);
  waiting.delete(pending.pendingTaskId.id);
}

function pendingTaskCount(placing: Placing): number {
  return placing.state.records.pendingTask.size;
}

/** Where nothing waits, offers are declined. */
function giveBack(placing: Placing, books: Books): void {
  for (const { offerIds } of placing.take("decline")) {
    for (const offerId of offerIds) assert.equal(placing.state.offers.has(offerId), false);
  }
  const offered = new Set([...placing.state.offers.agents()].map(({ agentId }) => agentId));
  for (const agent of [...books.keys()]) if (!offered.has(agent)) books.delete(agent);
}

function take(books: Books, task: TaskRecord): void {
  const free = books.get(task.agentId);
  assert.ok(free !== undefined);
  free.cpus -= task.resources.cpus;
  free.memoryMb -= task.resources.memoryMb;
  assert.ok(free.cpus >= 0 && free.memoryMb >= 0, "over-committed");
  assert.equal(task.ports.length, task.resources.numPorts);
  for (const port of task.ports) assert.ok(free.ports.delete(port), `port ${port} given twice`);
}

function scoreOf(tasks: ReadonlyMap<string, TaskRecord>, agent: string, free: Free): number {
  const held = [...tasks.values()].filter(({ agentId }) => agentId === agent);
  const cpus = held.reduce((sum, { resources }) => sum + resources.cpus, 0);
  const memoryMb = held.reduce((sum, { resources }) => sum + resources.memoryMb, 0);
  const share = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole);
  const ofCpus = share(free.cpus, free.cpus + cpus);
  return 0.4 * ofCpus + 0.4 * share(free.memoryMb, free.memoryMb + memoryMb) + 0.2;
}

function weighted(
  placing: Placing,
  pending: PendingTask,
  agent: string,
  scores: ReadonlyMap<string, number>,
): number {
  const { allowedAgentAttributes } = requestOf(placing, pending);
  const isPreferred = allowedAgentAttributes?.["disk"] === diskOf(Number(agent.slice(1)));
  return (scores.get(agent) ?? 0) * (isPreferred ? 1.5 : 1);
}

function requestOf(placing: Placing, { pendingTaskId }: PendingTask): Request {
  const known = placing.state.records.request.get(pendingTaskId.requestId);
  assert.ok(known !== undefined);
  return known.request;
}

function isAllowed(
  placing: Placing,
  tasks: ReadonlyMap<string, TaskRecord>,
  waiting: ReadonlyMap<string, PendingTask>,
  pending: PendingTask,
  agent: string,
  books: Books,
): boolean {
  const request = requestOf(placing, pending);
  const n = Number(agent.slice(1));
  const free = books.get(agent);
  const deploy = placing.state.records.deploy.get(`${request.id}-d1`)?.deploy;
  const needs = deploy?.resources;
  assert.ok(free !== undefined && needs !== undefined);
  if (placing.state.records.agent.get(agent)?.currentState.state !== "ACTIVE") return false;
  if (free.cpus < needs.cpus || free.memoryMb < needs.memoryMb) return false;
  if (free.ports.size < needs.numPorts) return false;
  const affinity = request.rackAffinity ?? [];
  if (affinity.length > 0 && !affinity.includes(rackOf(n))) return false;
  const required = request.requiredAgentAttributes?.["disk"];
  if (required !== undefined && required !== diskOf(n)) return false;
  const own = [...tasks.values()].filter(({ taskId }) => taskId.requestId === request.id);
  const pendings = [...waiting.values()].filter(
    ({ pendingTaskId }) => pendingTaskId.requestId === request.id,
  );
  return (
    meetsMinimum(request, own, n) &&
    isRackFine(placing, request, own, n) &&
    isHostFine(request, own, pendings.length, `host-${agent}`)
  );
}

function meetsMinimum(request: Request, own: readonly TaskRecord[], n: number): boolean {
  const percent = request.agentAttributeMinimums?.["disk"]?.["ssd"];
  if (percent === undefined || diskOf(n) === "ssd") return true;
  const wanted = Math.max(1, Math.floor((percent / 100) * (request.instances ?? 1)));
  const others = own.filter(({ agentId }) => diskOf(Number(agentId.slice(1))) !== "ssd").length;
  return (request.instances ?? 1) - (others + 1) >= wanted;
}

function isRackFine(
  placing: Placing,
  request: Request,
  own: readonly TaskRecord[],
  n: number,
): boolean {
  if (request.rackSensitive !== true) return true;
  const racks = placing.state.records.rack.size;
  const counts = new Map<string, number>();
  for (const { taskId, cleanup } of own) {
    if (cleanup === undefined) counts.set(taskId.rackId, (counts.get(taskId.rackId) ?? 0) + 1);
  }
  const here = counts.get(rackOf(n)) ?? 0;
  const share = (request.instances ?? 1) / racks;
  if (counts.size < racks) return here < Math.max(share, 1);
  const least = Math.min(...counts.values());
  return least < Math.floor(share) ? here < Math.floor(share) : here < share;
}

function isHostFine(
  request: Request,
  own: readonly TaskRecord[],
  pendings: number,
  host: string,
): boolean {
  const here = own.filter(({ hostname }) => hostname === host);
  if (request.agentPlacement === "GREEDY") return true;
  if (request.agentPlacement !== "OPTIMISTIC") return here.length === 0;
  if (own.length === 0) return true;
  const hosts = new Set(own.map(({ hostname }) => hostname)).size;
  const staying = here.filter(({ cleanup }) => cleanup === undefined).length;
  return staying <= (own.length / hosts) * (1 + pendings * 0.09);
}
