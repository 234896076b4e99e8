/**
 * What every step of the demo uses: words for people, checks that end it, and `tavola` itself.
 */

import { type Cluster, type ProcessResult, runProcess, tavolaCommand } from "@tavola/harness";

export class DemoFailed extends Error {}

export function say(text: string): void {
  console.log(text);
}

export function check(isTrue: boolean, otherwise: string): void {
  if (!isTrue) throw new DemoFailed(otherwise);
}

export async function tavola(cluster: Cluster, ...args: readonly string[]): Promise<ProcessResult> {
  return tavolaGiven(cluster, "", ...args);
}

/** With something on its standard input. */
export async function tavolaGiven(
  cluster: Cluster,
  input: string,
  ...args: readonly string[]
): Promise<ProcessResult> {
  const [program = "", ...first] = tavolaCommand;
  const environment = {
    TAVOLA_MASTER: hostsOf(cluster),
    ...(cluster.scheduler === undefined ? {} : { TAVOLA_SCHEDULER: cluster.scheduler }),
  };
  return runProcess(program, [...first, ...args], { environment, input, timeoutMs: 60_000 });
}

/** All masters, as `--master` takes them: whoever leads is found. */
function hostsOf({ masters }: Cluster): string {
  return masters.map((url) => new URL(url).host).join(",");
}

export function expectStatus(what: string, result: ProcessResult, code: number): void {
  check(
    result.code === code,
    `${what} ended with ${result.signal ?? result.code}, wanted ${code}:\n${result.stdout}${result.stderr}`,
  );
}
