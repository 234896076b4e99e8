/** Bodies as callers post them, read, and what is said of them. */

import assert from "node:assert/strict";
import { instant, seededRandom } from "@tavola/base";
import { deployShape } from "../../model/deploy-shape.ts";
import { requestShape } from "../../model/request-shape.ts";
import { defaultSchedulerConfig, type SchedulerConfig } from "../../scheduler-config.ts";
import type { Outcome } from "../../turn.ts";

export type Json = Readonly<Record<string, unknown>>;

export const now = instant(Date.UTC(2026, 0, 1));
export const random = seededRandom(1);
/** With one command that may be run before a task is killed. */
export const config: SchedulerConfig = {
  ...defaultSchedulerConfig,
  shellCommands: [{ name: "jstack", options: [{ name: "-l" }] }],
};

/** Of a service, unless it says otherwise. */
export function requestOf(json: Json) {
  const parsed = requestShape.parse({ id: "web", requestType: "SERVICE", ...json }, "");
  assert.ok(parsed.value !== undefined, parsed.error);
  return parsed.value;
}

/** Of that request. */
export function deployOf(json: Json) {
  const parsed = deployShape.parse({ requestId: "web", id: "v1", ...json }, "");
  assert.ok(parsed.value !== undefined, parsed.error);
  return parsed.value;
}

/** Why it is refused; undefined: it is not. */
export function sentenceOf(outcome: Outcome<unknown>, status = 400): string | undefined {
  if (outcome.refusal !== undefined) assert.equal(outcome.refusal.status, status);
  return outcome.refusal?.message;
}
