/**
 * What may not be set in the environment of a task: who started it.
 */

import { when } from "./rules.ts";

export function environmentSentence(
  env: Readonly<Record<string, string>> | undefined,
): string | undefined {
  const isTouched = Object.entries(env ?? {}).some(
    ([name, value]) => name === "STARTED_BY_USER" || value.includes("STARTED_BY_USER"),
  );
  return when(isTouched, "Cannot override STARTED_BY_USER in env");
}
