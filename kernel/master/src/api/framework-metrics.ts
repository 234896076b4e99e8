/**
 * Metrics per framework: `master/frameworks/<name>/<id>/…`, also of completed ones that are remembered.
 *
 * Counts are kept by the core (`framework.counters`); here each name of the family is read, at 0 when
 * nothing happened.
 */

import type { MetricReading } from "@tavola/host";
import { isTerminal, Offer_Operation_Type, scheduler, TaskState } from "@tavola/protocol";
import { isConnected } from "../core/framework-info.ts";
import type { Framework, MasterState } from "../core/state.ts";

const states = Object.keys(TaskState.numbers) as TaskState[];
const activeStates = states.filter((state) => !isTerminal(state));

const counterNames: readonly string[] = [
  ...family("calls", scheduler.Call_Type.numbers),
  ...family("events", scheduler.Event_Type.numbers),
  ...family("operations", Offer_Operation_Type.numbers),
  ...["sent", "accepted", "declined", "rescinded"].map((fate) => `offers/${fate}`),
  ...states.filter(isTerminal).map((state) => `tasks/terminal/${state.toLowerCase()}`),
];

/** The sum, and one count per name of the enum. */
function family(prefix: string, numbers: Readonly<Record<string, number>>): string[] {
  const names = Object.keys(numbers).filter((name) => name !== "UNKNOWN");
  return [prefix, ...names.map((name) => `${prefix}/${name.toLowerCase()}`)];
}

/** PERF: some 70 readings a framework. */
export function* frameworkReadings(state: MasterState): Generator<MetricReading> {
  for (const framework of state.frameworks.values()) yield* readingsOf(framework);
  for (const framework of state.completedFrameworks.values()) yield* readingsOf(framework);
}

function* readingsOf(framework: Framework): Generator<MetricReading> {
  const prefix = `master/frameworks/${encodeName(framework.info.name)}/${framework.id}/`;
  for (const name of counterNames) {
    yield { kind: "counter", name: prefix + name, value: framework.counters.get(name) };
  }
  for (const state of activeStates) {
    const name = `${prefix}tasks/active/${state.toLowerCase()}`;
    yield { kind: "gauge", name, value: framework.tasksByState[state] };
  }
  for (const role of framework.roles) {
    const value = framework.suppressedRoles.has(role) ? 1 : 0;
    yield { kind: "gauge", name: `${prefix}roles/${role}/suppressed`, value };
  }
  yield { kind: "gauge", name: `${prefix}subscribed`, value: isConnected(framework) ? 1 : 0 };
}

/** Percent-encoded as libprocess does it, which leaves a parenthesis alone but not a tilde. */
function encodeName(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replaceAll("~", "%7E");
}
