/**
 * Random lives of a cluster: whatever happens in whatever order, the books agree after every turn.
 */

import assert from "node:assert/strict";
import test from "node:test";
import {
  type AgentId,
  asId,
  type ExecutorId,
  type Random,
  randomInt,
  seededRandom,
} from "@tavola/base";
import type { internal, TaskInfo, TaskState } from "@tavola/protocol";
import { CoreFixture, commandTask, registration, resources } from "../testing/core-fixture.ts";
import { reportOf } from "../testing/reported-agent.ts";
import { assertInvariants } from "../testing/state-invariants.ts";
import type { Agent, Framework } from "./state.ts";

const livesMax = 60;
const stepsPerLife = 250;

class Life {
  #f: CoreFixture;
  readonly #random: Random;
  readonly #uuids = new Map<string, Uint8Array>();
  /** Lost tasks that their agent did not report when it came back: they will not come back either. */
  readonly #dead = new Set<string>();
  /** What runs where, as of the last failover, of agents that have not come back since. */
  #running = new Map<string, internal.ReregisterSlaveMessage>();
  #masters = 1;
  #streams = 0;
  #agents = 0;
  #tasks = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.#f = new CoreFixture({
      completedFrameworksMax: 3,
      unreachableTasksPerFrameworkMax: 4,
      registryAgentsMax: 3,
      ...(seed % 2 === 0 && { agentRemovalIntervalMs: 50_000 }),
    });
  }

  step(): string {
    const steps = [
      this.#subscribe,
      this.#breakStream,
      this.#register,
      this.#breakAgent,
      this.#reregister,
      this.#accept,
      this.#accept,
      this.#accept,
      this.#decline,
      this.#report,
      this.#report,
      this.#report,
      this.#acknowledge,
      this.#acknowledge,
      this.#kill,
      this.#suppressOrRevive,
      this.#executorExits,
      this.#end,
      this.#time,
      this.#holdRegistry,
      this.#masterDies,
      this.#recoveredComesBack,
      this.#recoveredComesBack,
    ];
    const step = this.#pick(steps) as () => void;
    step.call(this);
    assertInvariants(this.#f.state, this.#f.allocator);
    this.#assertRegistry();
    return step.name;
  }

  /** What is durable is what the master goes by, unless something is just being written. */
  #assertRegistry(): void {
    const { state, registry } = this.#f;
    const { arriving, reregistering, leaving } = state.transitions;
    if (arriving.size + reregistering.size + leaving.size > 0 || this.#f.isHolding) return;
    const here = [...state.agents.keys(), ...state.recoveredAgents.keys()];
    assert.deepEqual(here.sort(), [...registry.admitted.keys()].sort());
    const away = ({ id, since }: { readonly id: string; readonly since: number }) => [id, since];
    assert.deepEqual(
      [...state.unreachableAgents.values()].map(away).sort(),
      [...registry.unreachable].map(([id, { since }]) => [id, since]).sort(),
    );
    assert.deepEqual(
      [...state.goneAgents.values()].map(away).sort(),
      [...registry.gone].map(([id, { since }]) => [id, since]).sort(),
    );
  }

  #pick<T>(items: Iterable<T>): T | undefined {
    const list = [...items];
    return list[randomInt(this.#random, list.length)];
  }

  #chance(of: number): boolean {
    return this.#random.next() < of;
  }

  #framework(): Framework | undefined {
    return this.#pick([...this.#f.state.frameworks.values()].filter(({ stream }) => stream));
  }

  #agent(): Agent | undefined {
    return this.#pick(this.#f.state.agents.values());
  }

  #subscribe(): void {
    this.#streams += 1;
    const known = this.#chance(0.6) ? this.#pick(this.#f.state.frameworks.values()) : undefined;
    this.#f.handle({
      kind: "subscribed",
      stream: `s${this.#streams}`,
      subscribe: {
        framework_info: {
          user: "u",
          name: "f",
          failover_timeout: this.#chance(0.5) ? 100 : 0,
          checkpoint: known?.info.checkpoint ?? this.#chance(0.5),
          ...(known && { id: { value: known.id } }),
          roles: this.#chance(0.5) ? ["a"] : ["a", "b"],
          capabilities: [
            { type: "MULTI_ROLE" },
            ...(this.#chance(0.5) ? [{ type: "PARTITION_AWARE" } as const] : []),
          ],
        },
      },
    });
  }

  #breakStream(): void {
    const stream = this.#pick(this.#f.state.frameworkByStream.keys());
    if (stream !== undefined) this.#f.handle({ kind: "streamClosed", stream });
  }

  #register(): void {
    if (this.#f.state.agents.size > 4) return;
    this.#agents += 1;
    const from = `slave(1)@10.0.0.${this.#agents}:5051`;
    this.#f.handle({ kind: "registerSlave", from, message: registration() });
  }

  #breakAgent(): void {
    const agent = this.#agent();
    if (agent !== undefined) this.#f.handle({ kind: "agentExited", pid: agent.pid });
  }

  /** Reports what the master knows, perhaps without some of it; or an unreachable agent's tasks. */
  #reregister(): void {
    const { state } = this.#f;
    const away = this.#pick(state.unreachableAgents.values());
    const agent = away === undefined || this.#chance(0.5) ? this.#agent() : undefined;
    const id = agent?.id ?? away?.id;
    if (id === undefined) return;
    const known = agent
      ? [...agent.tasksByFramework.values()].flatMap((tasks) => [...tasks.values()])
      : (away?.tasks ?? []);
    const lost = [...state.frameworks.values()]
      .flatMap(({ completedTasks }) => [...completedTasks.values()])
      .filter(({ agentId, message }) => agentId === id && message.state === "TASK_LOST")
      .filter((task) => !this.#dead.has(task.id));
    const alive = [
      ...known.filter(() => this.#chance(0.8)),
      ...lost.filter(() => this.#chance(0.5)),
    ];
    for (const task of lost) if (!alive.includes(task)) this.#dead.add(task.id);
    const tasks = alive.map(({ message }) => ({
      ...message,
      ...((agent === undefined || message.state === "TASK_LOST") && {
        state: "TASK_RUNNING" as TaskState,
      }),
    }));
    const executors = agent
      ? [...agent.executorsByFramework.values()].flatMap((infos) => [...infos.values()])
      : [];
    const frameworkIds = new Set([
      ...tasks.map(({ framework_id: framework }) => framework.value),
      ...executors.map(({ framework_id: framework }) => framework?.value ?? ""),
    ]);
    const { slave, ...rest } = registration();
    const n = Number(id.split("-S")[1]) + 1;
    this.#f.handle({
      kind: "reregisterSlave",
      from: agent?.pid ?? `slave(1)@10.0.0.${n}:5051`,
      message: {
        ...rest,
        slave: { ...slave, id: { value: id } },
        tasks,
        executor_infos: executors,
        frameworks: [...frameworkIds].map((value) => ({
          user: "u",
          name: "f",
          id: { value },
          roles: ["a", "b"],
          capabilities: [{ type: "MULTI_ROLE" }],
        })),
      },
    });
  }

  #accept(): void {
    this.#f.handle({ kind: "allocate" });
    const offer = this.#pick(this.#f.state.offers.values());
    const framework = offer && this.#f.state.frameworks.get(offer.frameworkId);
    if (offer === undefined || framework === undefined) return;
    const tasks: TaskInfo[] = [];
    for (let i = randomInt(this.#random, 4); i > 0; i -= 1) tasks.push(this.#task(offer.agentId));
    this.#f.call(framework, {
      type: "ACCEPT",
      accept: {
        offer_ids: [{ value: offer.id }],
        operations: [{ type: "LAUNCH", launch: { task_infos: tasks } }],
        filters: { refuse_seconds: randomInt(this.#random, 3) },
      },
    });
  }

  #task(agentId: string): TaskInfo {
    this.#tasks += 1;
    const cpus = this.#pick(["0.1", "1", "1.5", "9"]);
    const port = 31_000 + randomInt(this.#random, 100);
    const task = commandTask(`t${this.#tasks}`, agentId, {
      resources: resources(
        `cpus:${cpus};mem:64${this.#chance(0.3) ? `;ports:[${port}-${port}]` : ""}`,
      ),
    });
    if (this.#chance(0.7)) return task;
    const { command: _, ...rest } = task;
    return {
      ...rest,
      executor: {
        executor_id: { value: `e${randomInt(this.#random, 3)}` },
        command: { value: "x" },
        resources: resources("cpus:0.2;mem:32"),
      },
    };
  }

  #decline(): void {
    this.#f.handle({ kind: "allocate" });
    const offer = this.#pick(this.#f.state.offers.values());
    const framework = offer && this.#f.state.frameworks.get(offer.frameworkId);
    if (offer === undefined || framework === undefined) return;
    this.#f.call(framework, { type: "DECLINE", decline: { offer_ids: [{ value: offer.id }] } });
  }

  #report(): void {
    const agent = this.#agent();
    const tasks = this.#pick(agent?.tasksByFramework.values() ?? []);
    const task = this.#pick(tasks?.values() ?? []);
    const framework = task && this.#f.state.frameworks.get(task.frameworkId);
    if (agent === undefined || task === undefined || framework === undefined) return;
    const states = ["TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED", "TASK_FAILED"] as const;
    const state = this.#pick(states) as TaskState;
    this.#uuids.set(task.id, this.#f.report(agent, framework, task.id, state));
  }

  #acknowledge(): void {
    const framework = this.#framework();
    const task = this.#pick(framework?.tasks.values() ?? []);
    const uuid = task && this.#uuids.get(task.id);
    const agent = task && this.#f.state.agents.get(task.agentId);
    if (!framework || !task || !uuid || !agent) return;
    this.#f.acknowledge(framework, agent, task.id, uuid);
  }

  #kill(): void {
    const framework = this.#framework();
    const task = this.#pick(framework?.tasks.values() ?? []);
    if (!framework || !task) return;
    this.#f.call(framework, { type: "KILL", kill: { task_id: { value: task.id } } });
  }

  #suppressOrRevive(): void {
    const framework = this.#framework();
    if (!framework) return;
    this.#f.call(framework, { type: this.#chance(0.3) ? "SUPPRESS" : "REVIVE" });
  }

  #executorExits(): void {
    const agent = this.#agent();
    const [frameworkId, executors] = this.#pick(agent?.executorsByFramework ?? []) ?? [];
    const executorId = this.#pick(executors?.keys() ?? []) ?? asId<ExecutorId>("");
    if (agent === undefined || frameworkId === undefined) return;
    this.#f.handle({
      kind: "exitedExecutor",
      from: agent.pid,
      message: {
        slave_id: { value: agent.id },
        framework_id: { value: frameworkId },
        executor_id: { value: executorId },
        status: 0,
      },
    });
  }

  #end(): void {
    if (this.#chance(0.7)) return;
    const framework = this.#framework();
    const agent = this.#agent();
    if (this.#chance(0.5) && framework) this.#f.call(framework, { type: "TEARDOWN" });
    else if (agent !== undefined && this.#chance(0.5)) {
      this.#f.handle({ kind: "markAgentGoneAsked", agentId: agent.id, ticket: 1 });
    } else if (agent !== undefined) {
      const message = { slave_id: { value: agent.id } };
      this.#f.handle({ kind: "unregisterSlave", from: agent.pid, message });
    }
  }

  #time(): void {
    this.#f.answersPings = this.#chance(0.7);
    this.#f.advance(this.#pick([10, 1000, 20_000, 100_000, 700_000]) ?? 0);
    this.#f.answersPings = true;
  }

  /** A new leader. What the old one had not made durable was told to nobody. */
  #masterDies(): void {
    if (this.#chance(0.7)) return;
    const { agents } = this.#f.state;
    for (const id of [...this.#running.keys()]) {
      if (agents.has(asId<AgentId>(id))) this.#running.delete(id);
    }
    for (const agent of agents.values()) {
      this.#running.set(agent.id, reportOf(this.#f.state, agent));
    }
    this.#masters += 1;
    this.#f = this.#f.failover(`master${this.#masters}`);
  }

  #recoveredComesBack(): void {
    const [id, message] = this.#pick(this.#running) ?? [];
    if (id === undefined || message === undefined) return;
    this.#running.delete(id);
    if (this.#f.state.agents.has(asId<AgentId>(id)) || this.#chance(0.1)) return;
    const from = `slave(1)@10.${this.#masters}.0.${this.#running.size}:5051`;
    this.#f.handle({ kind: "reregisterSlave", from, message });
  }

  #holdRegistry(): void {
    this.#f.holdsPersisted = this.#chance(0.5);
    if (!this.#f.holdsPersisted) this.#f.releasePersisted();
  }
}

test("the books agree after every turn of random lives", () => {
  for (let seed = 1; seed <= livesMax; seed += 1) {
    const life = new Life(seed);
    const steps: string[] = [];
    try {
      for (let i = 0; i < stepsPerLife; i += 1) steps.push(life.step());
    } catch (error) {
      assert.fail(`seed ${seed}, after ${steps.length} steps (${steps.slice(-5)}): ${error}`);
    }
  }
});
