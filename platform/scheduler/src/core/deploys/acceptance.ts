/**
 * Whether a step whose instances are all healthy may stand.
 *
 *     NONE    at once
 *     TIMED   after a while of being healthy
 *     CHECKS  when every check that is asked for says so; one refusal is enough against it
 *
 * A check is one of ours (`acceptance-checks.ts`), or somebody else's, whose result is told through the
 * API (`acceptance-recorded.ts`) and waited for.
 */

import type { AcceptanceResult } from "../model/enums.ts";
import { durationWords } from "../requests/duration-words.ts";
import type { Turn } from "../turn.ts";
import { acceptanceChecks } from "./acceptance-checks.ts";
import type { DeployStep } from "./advance-deploy.ts";
import { canarySettingsOf } from "./canary-settings.ts";

export type AcceptanceVerdict =
  | { readonly kind: "accepted" }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "wait"; readonly until: number | undefined };

export function judgeAcceptance(turn: Turn, step: DeployStep): AcceptanceVerdict {
  const settings = canarySettingsOf(step.record.deploy);
  const { timestamp } = step.pending.deployProgress;
  switch (settings.acceptanceMode) {
    case "NONE":
      return { kind: "accepted" };
    case "TIMED": {
      const until = timestamp + settings.waitMs;
      return turn.now < until ? { kind: "wait", until } : { kind: "accepted" };
    }
    case "CHECKS":
      return judgeChecks(turn, step);
  }
}

/** The names of the checks that this deploy is held to; none: it is accepted. */
function checksOf(turn: Turn, { record }: Pick<DeployStep, "record">): readonly string[] {
  return record.deploy.canaryDeploySettings?.acceptanceChecks ?? turn.config.acceptanceChecks;
}

function judgeChecks(turn: Turn, step: DeployStep): AcceptanceVerdict {
  const { timestamp, stepAcceptanceResults: told = {} } = step.pending.deployProgress;
  const history = step.pending.deployProgress.acceptanceResultMessageHistory ?? [];
  const waiting: string[] = [];
  for (const name of checksOf(turn, step)) {
    const { result, message } = ask(turn, step, name, told[name]);
    if (result === "FAILED") {
      return {
        kind: "refused",
        message: [`Acceptance check ${name} failed: ${message}`, ...history].join(", "),
      };
    }
    if (result === "PENDING") waiting.push(name);
  }
  if (waiting.length === 0) return { kind: "accepted" };
  const until = timestamp + turn.config.acceptanceTimeoutMs;
  if (turn.now < until) return { kind: "wait", until };
  const patience = durationWords(turn.config.acceptanceTimeoutMs);
  const message = `Acceptance check(s) ${waiting.join(", ")} gave no result within ${patience}`;
  return { kind: "refused", message };
}

function ask(
  turn: Turn,
  step: DeployStep,
  name: string,
  told: AcceptanceResult | undefined,
): { readonly result: AcceptanceResult; readonly message: string } {
  const own = Object.hasOwn(acceptanceChecks, name) ? acceptanceChecks[name] : undefined;
  if (own !== undefined) return own(turn, step);
  return { result: told ?? "PENDING", message: "told by the API" };
}
