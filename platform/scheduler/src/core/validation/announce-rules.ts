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
/** The type under which discovery's servers announce themselves; they take it from nobody else. */
const serversOwnType = "discovery";
const typeMust = `have 1 to ${nameCharactersMax} characters, none of them a colon or a control character, and not be "${serversOwnType}"`;
/** C0, DEL and C1. */
const controls = /\p{Cc}/u;

interface LabelRule {
  readonly isWrong: (value: string) => boolean;
  readonly must: string;
}

/** Labels in place of fields. Of feature and weight an empty one says nothing. */
const labelsRefused: Readonly<Record<string, LabelRule>> = {
  "discovery.serviceType": {
    isWrong: (value) => !isServiceType(value),
    must: typeMust,
  },
  "discovery.feature": {
    isWrong: (value) => value !== "" && !isName(value),
    must: `have at most ${nameCharactersMax} characters, none of them a control character`,
  },
  "discovery.weight": {
    isWrong: (value) => value !== "" && !(Number.isFinite(Number(value)) && Number(value) >= 0),
    must: "be a number from 0 up",
  },
};

export const discoveryRules: readonly Rule<Deploy>[] = [
  ({ discovery }) =>
    when(
      discovery?.name !== undefined && !isServiceType(discovery.name),
      `discovery name must ${typeMust}`,
    ),
  (deploy) => {
    const wrong = labelsOf(deploy).find(({ key, value }) => labelsRefused[key]?.isWrong(value));
    return when(
      wrong !== undefined,
      `label ${wrong?.key} must ${labelsRefused[wrong?.key ?? ""]?.must}`,
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

/** Of all its tasks, and of single ones. */
function labelsOf({
  mesosLabels = [],
  mesosTaskLabels = {},
}: Deploy): readonly { readonly key: string; readonly value: string }[] {
  return [...mesosLabels, ...Object.values(mesosTaskLabels).flat()].map(({ key, value = "" }) => ({
    key,
    value,
  }));
}

function isServiceType(text: string): boolean {
  return isName(text) && !text.includes(":") && text !== serversOwnType;
}

function isName(text: string): boolean {
  return text !== "" && text.length <= nameCharactersMax && !controls.test(text);
}
