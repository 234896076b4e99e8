/**
 * Whether a deploy's tasks can be announced as it says, and for how long a request's may be drained.
 */

import type { Deploy } from "../model/deploy.ts";
import type { Request } from "../model/request.ts";
import type { SchedulerConfig } from "../scheduler-config.ts";
import { type Rule, when } from "./rules.ts";

/** What discovery takes as a name. */
const nameCharactersMax = 255;
const portMax = 65_535;
/** C0, DEL and C1. */
const controls = /\p{Cc}/u;

export const discoveryRules: readonly Rule<Deploy>[] = [
  ({ discovery }) =>
    when(
      discovery?.name !== undefined && !isServiceType(discovery.name),
      `discovery name must have 1 to ${nameCharactersMax} characters, none of them a colon or a control character`,
    ),
  ({ mesosLabels = [] }) => {
    const type = mesosLabels.find(({ key }) => key === "discovery.serviceType")?.value;
    return when(
      type !== undefined && !isServiceType(type),
      `label discovery.serviceType must have 1 to ${nameCharactersMax} characters, none of them a colon or a control character`,
    );
  },
  ({ discovery }) =>
    when(
      discovery?.feature !== undefined && !isName(discovery.feature),
      `discovery feature must have 1 to ${nameCharactersMax} characters, none of them a control character`,
    ),
  ({ discovery }) => when((discovery?.weight ?? 1) < 0, "discovery weight cannot be negative"),
  ({ discovery, resources }) => {
    const wrong = (discovery?.ports ?? []).find(
      ({ number, index = 0 }) =>
        number === undefined && (index < 0 || index >= (resources?.numPorts ?? 0)),
    );
    return when(
      wrong !== undefined,
      `discovery port index ${wrong?.index ?? 0} is none of the task's ${resources?.numPorts ?? 0} ports (resources numPorts)`,
    );
  },
  ({ discovery }) => {
    const wrong = (discovery?.ports ?? []).find(
      ({ number }) => number !== undefined && (number < 1 || number > portMax),
    );
    return when(
      wrong !== undefined,
      `discovery port number must be 1 to ${portMax}, not ${wrong?.number}`,
    );
  },
];

export function drainRules({ announce }: SchedulerConfig): readonly Rule<Request>[] {
  const { killAfterDrainMsMax } = announce;
  return [
    ({ killAfterDrainMillis: ms = 0 }) =>
      when(
        ms < 0 || ms > killAfterDrainMsMax,
        `killAfterDrainMillis must be 0 to ${killAfterDrainMsMax} (discovery.killAfterDrainMsMax), not ${ms}`,
      ),
  ];
}

function isServiceType(text: string): boolean {
  return isName(text) && !text.includes(":");
}

function isName(text: string): boolean {
  return text !== "" && text.length <= nameCharactersMax && !controls.test(text);
}
