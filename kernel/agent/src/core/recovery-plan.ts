/**
 * What a starting agent makes of what it finds on its disk: come back as who it was, start as a new
 * agent, or not start at all, with the way out.
 *
 * Source: Slave::recover, Slave::__recover. Never a silent start with nothing remembered: an agent that
 * cannot tell what ran here says so and ends, unless `--no-strict` allows it to leave out what it cannot
 * read.
 */

import type { AgentInfo } from "@tavola/protocol";
import type { Checkpointed, CheckpointedAgent } from "./checkpointed.ts";
import { latestAgentPath, metaRoot } from "./paths.ts";
import { incompatibilityOf, type ReconfigurationPolicy } from "./reconfiguration.ts";

export interface RecoveryRules {
  readonly workDir: string;
  readonly strict: boolean;
  readonly policy: ReconfigurationPolicy;
  /** As the flags and the machine have it now; without an id. */
  readonly info: AgentInfo;
}

export type RecoveryPlan =
  | { readonly kind: "new"; readonly why: string | undefined; readonly dropLatest: boolean }
  | { readonly kind: "resume"; readonly agent: CheckpointedAgent; readonly isRebooted: boolean }
  | { readonly kind: "refuse"; readonly reason: string };

export function planRecovery(found: Checkpointed, rules: RecoveryRules): RecoveryPlan {
  const { agent, isRebooted, problems } = found;
  if (rules.strict && problems.length > 0) {
    return refuse(
      rules,
      `${problems.join("; ")}. Start it with --no-strict to go on without what cannot be read: ` +
        "what ran there is then ended",
    );
  }
  if (agent === undefined) return { kind: "new", why: undefined, dropLatest: false };
  if (agent.info === undefined) {
    const why = `agent ${agent.id} left no readable slave.info`;
    return { kind: "new", why, dropLatest: true };
  }
  const incompatible = incompatibilityOf(rules.policy, agent.info, rules.info);
  if (incompatible === undefined) return { kind: "resume", agent, isRebooted };
  if (isRebooted) return { kind: "new", why: incompatible, dropLatest: true };
  return refuse(
    rules,
    `${incompatible}. To keep the agent's id, undo that change${
      rules.policy === "equal" ? ", or allow more with --reconfiguration_policy=additive" : ""
    }`,
  );
}

function refuse({ workDir }: RecoveryRules, why: string): RecoveryPlan {
  const latest = latestAgentPath(metaRoot(workDir));
  const reason =
    `Failed to perform recovery: ${why}. To restart this agent with a new agent id instead: ` +
    `rm -f ${shellQuoted(latest)} (it then does not recover live executors of the old one, but ends them).`;
  return { kind: "refuse", reason };
}

/** So that the command can be pasted. */
function shellQuoted(path: string): string {
  return /^[\w./@:+-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
