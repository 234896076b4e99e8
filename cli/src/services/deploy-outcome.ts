/**
 * How a deploy ended, in one line for people.
 */

import type { DeployEnd } from "./deploy-watch.ts";

export interface DeployOutcome {
  readonly deployState: string;
  readonly message: string;
}

/** undefined: it was not waited for. */
export function outcomeOf(end: DeployEnd | undefined): DeployOutcome {
  if (end === undefined) return { deployState: "WAITING", message: "" };
  if (end.kind === "patience") return { deployState: "WAITING", message: "still going on" };
  const { deployState, message = "", deployFailures = [] } = end.result;
  const failures = deployFailures.flatMap(({ reason, message: words, taskId }) => {
    // The message tells the first ones in full.
    if (words !== undefined && words !== "" && message.includes(words)) return [];
    const which = taskId === undefined ? "" : `instance ${taskId.instanceNo} on ${taskId.host}: `;
    return `${which}${words ?? reason}`;
  });
  return { deployState, message: [message, ...failures].filter((each) => each !== "").join("; ") };
}
