/**
 * An agent shows a task that this master does not know: its launch was given up and arrived after all.
 * The agent is asked to reregister, so that it reports everything; until then nothing is said about
 * what may run there.
 *
 * Differs: Mesos passes the updates on and leaves the task running unseen.
 */

import { isTerminal, type TaskState } from "@tavola/protocol";
import { pingAgent } from "./agent-records.ts";
import type { Agent, Framework } from "./state.ts";
import type { Turn } from "./turn.ts";

/** `framework` told of it must be here: what ran for one that has ended is being ended. */
export function unknownTaskShown(
  turn: Turn,
  agent: Agent,
  framework: Framework | undefined,
  state: TaskState,
): void {
  if (framework === undefined || isTerminal(state) || !agent.connected) return;
  if (turn.state.askedToReport.has(agent.id)) return;
  turn.warn("an agent runs a task that is not known; asking it to reregister", {
    agentId: agent.id,
    frameworkId: framework.id,
  });
  turn.state.askedToReport.add(agent.id);
  pingAgent(turn, agent);
}
