/**
 * Messages of agents on their way to the core; repeated ones are known by their bytes.
 *
 * After a failover every agent asks again until it is answered, with all its tasks each time. While
 * thousands wait, most of what arrives is what was taken in already. To read such a message once more
 * costs a hundred times what it costs to see that it is the same; and it is older than what has been
 * decided since, so that there is nothing to learn from it. It only is answered once more; and not even
 * that within a second of the last answer, which is on its way over a connection that has not broken:
 * what an agent asked five times while it waited in a queue is answered once.
 *
 * Nothing is taken for a repetition once the agent's connection broke, once it was asked to report again,
 * or once anything was launched on it or ended: then the whole message counts again. PERF: one hash, 3 us for ten tasks.
 */

import { hash } from "node:crypto";
import type { Instant } from "@tavola/base";
import type { Clock } from "@tavola/host";
import { internal, type LibprocessMessage } from "@tavola/protocol";
import type { Resources } from "@tavola/resources";
import type { MasterEvent } from "../core/events.ts";
import type { Agent, MasterState } from "../core/state.ts";
import { readAgentMessage } from "./agent-messages.ts";

/** Shorter than any agent waits before it asks for the third time. */
const answeredEveryMs = 1000;

export interface AgentInboxOptions {
  readonly clock: Clock;
  /** Read between turns. */
  readonly state: MasterState;
  /** Takes its turn before it returns. */
  readonly dispatch: (event: MasterEvent) => void;
}

/** By what message an agent was taken in, and what ran on it then: replaced with every change. */
interface Admission {
  readonly digest: string;
  readonly used: Resources;
  /** When it was answered last. */
  readonly answeredAt: Instant;
}

export class AgentInbox {
  readonly #options: AgentInboxOptions;
  readonly #admissions = new WeakMap<Agent, Admission>();

  constructor(options: AgentInboxOptions) {
    this.#options = options;
  }

  receive(message: LibprocessMessage): void {
    const { state, dispatch, clock } = this.#options;
    const { from, name, body } = message;
    if (state.leadership.kind !== "leading") {
      // A new leader is asked by every agent at once while it recovers: nothing is read in vain.
      dispatch({ kind: "messageDropped", from, name, reason: "not leading yet" });
      return;
    }
    if (name !== internal.ReregisterSlaveMessage.typeName) {
      dispatch(readAgentMessage(message));
      return;
    }
    const digest = hash("sha1", body, "base64");
    const before = state.agentByPid.get(from);
    const admission = before && this.#repeated(before, digest);
    if (before !== undefined && admission !== undefined) {
      if (clock.now() - admission.answeredAt < answeredEveryMs) return;
      this.#admissions.set(before, { ...admission, answeredAt: clock.now() });
      dispatch({ kind: "reregistrationRepeated", from });
      return;
    }
    dispatch(readAgentMessage(message));
    const agent = state.agentByPid.get(from);
    // One that was there before is reconciled with every message, and must be.
    if (agent === undefined || before !== undefined) return;
    const answeredAt = clock.now();
    this.#admissions.set(agent, { digest, used: agent.usedResources, answeredAt });
  }

  /** How it was taken in by the same message; undefined: it was not, or there is more to learn from it. */
  #repeated(agent: Agent, digest: string): Admission | undefined {
    const admission = this.#admissions.get(agent);
    if (admission?.digest !== digest || !agent.connected) return undefined;
    // One that was asked to report has answered, even if with what is known already.
    if (this.#options.state.askedToReport.has(agent.id)) return undefined;
    return agent.usedResources === admission.used ? admission : undefined;
  }
}
