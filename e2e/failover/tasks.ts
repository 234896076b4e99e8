/**
 * Tasks that count, so that a test can tell whether one went on: the same process, and no gap.
 *
 *     <folder>/<task>.pid      its process id, written once more by every start
 *     <folder>/<task>.count    1, 2, 3, … a number a line, five a second
 *     <folder>/<task>.end      made by the test: the task ends with the exit code in it
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identityOf, isRunning, type ProcessIdentity } from "@tavola/host";

/** What a shell runs. It looks for its end ten thousand times at most, so that nothing is left for ever. */
export function countingCommand(folder: string, task: string): string {
  const file = join(folder, task);
  return [
    `echo $$ >> ${file}.pid`,
    "i=0",
    `until [ -e ${file}.end ] || [ $i -ge 10000 ]; do i=$((i + 1)); echo $i >> ${file}.count; sleep 0.2; done`,
    `exit $(cat ${file}.end)`,
  ].join("; ");
}

export class CountingTask {
  readonly id: string;
  readonly #file: string;

  constructor(folder: string, id: string) {
    this.id = id;
    this.#file = join(folder, id);
  }

  /** Every process that ever ran it. */
  pids(): readonly number[] {
    return lines(`${this.#file}.pid`).map(Number);
  }

  /** Its only process; undefined before it started. Throws when it was started twice. */
  process(): ProcessIdentity | undefined {
    const pids = this.pids();
    if (pids.length > 1) throw new Error(`${this.id} was started ${pids.length} times`);
    return pids[0] === undefined ? undefined : identityOf(pids[0]);
  }

  isRunning(): boolean {
    const identity = this.process();
    return identity !== undefined && isRunning(identity);
  }

  /** How far it counted. Throws when there is a gap. */
  count(): number {
    const counted = lines(`${this.#file}.count`);
    for (const [index, line] of counted.entries()) {
      if (Number(line) !== index + 1) {
        throw new Error(`${this.id} counted "${line}" where ${index + 1} comes`);
      }
    }
    return counted.length;
  }

  end(exitCode = 0): void {
    writeFileSync(`${this.#file}.end`, String(exitCode));
  }
}

/** Whole lines only: the last one may be half written. */
function lines(file: string): readonly string[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8").split("\n").slice(0, -1);
}
