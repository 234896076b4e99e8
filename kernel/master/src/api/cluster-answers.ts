/**
 * GET_STATE and its parts (GET_TASKS, GET_EXECUTORS, GET_FRAMEWORKS, GET_AGENTS), in JSON or protobuf.
 *
 * The pieces are kept encoded per task, framework and agent, in each encoding that was ever asked
 * for. PERF: O(pieces) joins per answer.
 */

import { AgentInfo, master, Offer, Task as TaskMessage } from "@tavola/protocol";
import type { Agent, Framework, MasterState, Task } from "../core/state.ts";
import { agentParts } from "./agent-json.ts";
import type { Bytes } from "./byte-rope.ts";
import { agentMessage, frameworkMessage, offerMessage, taskMessage } from "./cluster-messages.ts";
import { FragmentCache } from "./fragment-cache.ts";
import { frameworkParts } from "./framework-json.ts";
import type { Encoding } from "./message-fragments.ts";
import { changingParts } from "./task-json.ts";

/** The answers of one encoding. Each returns the value of the `get_…` field of its response. */
export class ClusterAnswers {
  readonly #encoding: Encoding;
  readonly #tasks: FragmentCache<Task, Uint8Array>;
  readonly #frameworks: FragmentCache<Framework, Uint8Array>;
  readonly #agents: FragmentCache<Agent, Uint8Array>;

  constructor(encoding: Encoding) {
    this.#encoding = encoding;
    this.#tasks = new FragmentCache(changingParts, (task) =>
      encoding.encode(TaskMessage, taskMessage(task)),
    );
    this.#frameworks = new FragmentCache(frameworkParts, (framework) =>
      encoding.encode(master.Response_GetFrameworks_Framework, frameworkMessage(framework)),
    );
    this.#agents = new FragmentCache(agentParts, (agent) =>
      encoding.encode(master.Response_GetAgents_Agent, agentMessage(agent)),
    );
  }

  state(state: MasterState): Bytes {
    return this.#encoding.place(
      master.Response_GetState,
      {},
      {
        get_tasks: this.tasks(state),
        get_executors: this.executors(state),
        get_frameworks: this.frameworks(state),
        get_agents: this.agents(state),
      },
    );
  }

  tasks(state: MasterState): Bytes {
    const all = [...allFrameworks(state)];
    const render = (tasksOf: (framework: Framework) => Iterable<Task>): Uint8Array[] =>
      all.flatMap((framework) => Array.from(tasksOf(framework), (task) => this.#tasks.of(task)));
    return this.#encoding.place(
      master.Response_GetTasks,
      {},
      {
        tasks: render(({ tasks }) => tasks.values()),
        unreachable_tasks: render(({ unreachableTasks }) => unreachableTasks.values()),
        completed_tasks: render(({ completedTasks }) => completedTasks.values()),
      },
    );
  }

  executors(state: MasterState): Bytes {
    const executors: Uint8Array[] = [];
    for (const { executors: byAgent } of allFrameworks(state)) {
      for (const [agentId, byId] of byAgent) {
        for (const executor_info of byId.values()) {
          const executor = { executor_info, agent_id: { value: agentId } };
          executors.push(this.#encoding.encode(master.Response_GetExecutors_Executor, executor));
        }
      }
    }
    return this.#encoding.place(master.Response_GetExecutors, {}, { executors });
  }

  frameworks(state: MasterState): Bytes {
    const render = (frameworks: Iterable<Framework>): Bytes[] =>
      Array.from(frameworks, (framework) => this.#framework(framework));
    return this.#encoding.place(
      master.Response_GetFrameworks,
      {},
      {
        frameworks: render(state.frameworks.values()),
        completed_frameworks: render(state.completedFrameworks.values()),
      },
    );
  }

  /** Offers come and go faster than all else, so they are not kept with the rest. */
  #framework(framework: Framework): Bytes {
    const kept = this.#frameworks.of(framework);
    if (framework.offers.size === 0) return kept;
    const offers = Array.from(framework.offers, (offer) =>
      this.#encoding.encode(Offer, offerMessage(offer)),
    );
    return this.#encoding.place(master.Response_GetFrameworks_Framework, kept, { offers });
  }

  agents(state: MasterState): Bytes {
    return this.#encoding.place(
      master.Response_GetAgents,
      {},
      {
        agents: Array.from(state.agents.values(), (agent) => this.#agents.of(agent)),
        recovered_agents: Array.from(state.recoveredAgents.values(), (info) =>
          this.#encoding.encode(AgentInfo, info),
        ),
      },
    );
  }
}

function* allFrameworks(state: MasterState): Generator<Framework> {
  yield* state.frameworks.values();
  yield* state.completedFrameworks.values();
}
