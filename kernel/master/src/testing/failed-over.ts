/**
 * A cluster whose leader has died: two agents with a task each, and the new leader, to which nobody has
 * come back yet.
 */

import type { FrameworkInfo, internal, scheduler, TaskInfo, TaskStatus } from "@tavola/protocol";
import type { Agent, Framework } from "../core/state.ts";
import { CoreFixture, commandTask, resources } from "./core-fixture.ts";
import { reportOf } from "./reported-agent.ts";
import { assertInvariants } from "./state-invariants.ts";

interface Cluster {
  /** The new leader. */
  readonly f: CoreFixture;
  /** As the old one knew them. */
  readonly agents: readonly Agent[];
  readonly info: FrameworkInfo;
  readonly reports: readonly internal.ReregisterSlaveMessage[];
}

interface Before {
  readonly info?: Partial<FrameworkInfo>;
  /** What happens under the old leader once a task runs on each of two agents: `t0` and `t1`. */
  readonly meanwhile?: (old: CoreFixture, framework: Framework, agents: readonly Agent[]) => void;
}

/** Nothing is on its way any more; the tasks run with executors of the framework's own. */
export function failedOver({ info = {}, meanwhile }: Before = {}): Cluster {
  const old = new CoreFixture();
  const agents = [old.register(), old.register()];
  const framework = old.subscribe("s", { checkpoint: true, failover_timeout: 1e6, ...info });
  const offers = old.offers("s");
  for (const [n, agent] of agents.entries()) {
    const own = offers.filter(({ agent_id: id }) => id.value === agent.id);
    old.launch(framework, own, taskOf(agent, n));
    old.report(agent, framework, `t${n}`, "TASK_RUNNING");
  }
  meanwhile?.(old, framework, agents);
  const reports = agents.map((agent) => reportOf(old.state, agent));
  return { f: old.failover(), agents, info: framework.info, reports };
}

function taskOf(agent: Agent, n: number): TaskInfo {
  const { command: _, ...task } = commandTask(`t${n}`, agent.id);
  return {
    ...task,
    executor: {
      executor_id: { value: `e${n}` },
      type: "CUSTOM",
      command: { value: "x" },
      resources: resources("cpus:0.1;mem:32"),
    },
  };
}

/** The n-th agent registers again, with its old report. */
export function comesBack({ f, agents, reports }: Cluster, n: number): Agent {
  const { pid, id } = agents[n] as Agent;
  f.handle({
    kind: "reregisterSlave",
    from: pid,
    message: reports[n] as internal.ReregisterSlaveMessage,
  });
  assertInvariants(f.state, f.allocator);
  return f.state.agents.get(id) as Agent;
}

/** The framework of the tasks subscribes again. */
export function reconnects({ f, info }: Cluster, stream = "s"): Framework {
  const framework = f.subscribe(stream, info);
  assertInvariants(f.state, f.allocator);
  return framework;
}

/** What the framework, whose stream is `s`, is told at once when it asks about tasks; none: about all. */
export function reconcile(
  f: CoreFixture,
  framework: Framework,
  tasks: readonly (readonly [task: string, agent?: string])[],
): readonly TaskStatus[] {
  const asked = tasks.map(
    ([task, agent]): scheduler.Call_Reconcile_Task => ({
      task_id: { value: task },
      ...(agent !== undefined && { agent_id: { value: agent } }),
    }),
  );
  f.takeEvents("s");
  f.call(framework, { type: "RECONCILE", reconcile: { tasks: asked } });
  return f.takeStatuses("s");
}
