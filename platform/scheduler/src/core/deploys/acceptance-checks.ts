/**
 * The acceptance checks that we can answer ourselves, by name. Pure questions about the records.
 */

import type { AcceptanceResult } from "../model/enums.ts";
import type { Turn } from "../turn.ts";
import type { DeployStep } from "./advance-deploy.ts";
import { failuresOf, standingOf } from "./step-state.ts";

export interface AcceptanceAnswer {
  readonly result: AcceptanceResult;
  readonly message: string;
}

export type AcceptanceCheck = (turn: Turn, step: DeployStep) => AcceptanceAnswer;

export const acceptanceChecks: Readonly<Record<string, AcceptanceCheck>> = {
  /** Nothing of this step has failed, even where some failures are allowed. */
  noFailures: (turn, step) => {
    const failures = failuresOf(turn, step);
    return failures.length === 0
      ? { result: "SUCCEEDED", message: "no task has failed" }
      : { result: "FAILED", message: failures[0]?.message ?? "a task has failed" };
  },
  /** The last health check of every instance was answered with success. */
  lastChecksPassed: (turn, step) => {
    const bad = standingOf(turn, step).find(({ health }) => {
      const last = health?.results.at(-1);
      return last !== undefined && (last.statusCode === undefined || last.statusCode >= 400);
    });
    return bad === undefined
      ? { result: "SUCCEEDED", message: "every instance answers" }
      : { result: "PENDING", message: `instance ${bad.taskId.instanceNo} does not answer` };
  },
};
