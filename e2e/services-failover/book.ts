/**
 * The book in which every process that is started writes a line, so that a second launch of anything is
 * seen however short it lives.
 */

import { readFileSync, writeFileSync } from "node:fs";

export interface Started {
  readonly taskId: string;
  readonly requestId: string;
  readonly deployId: string;
  readonly instanceNo: number;
  readonly pid: number;
  readonly port: number;
}

export function numbersOf(tasks: readonly Started[]): readonly number[] {
  return tasks.map(({ instanceNo }) => instanceNo).sort();
}

/** Every process that was ever started, by its own word. */
export class Book {
  readonly file: string;

  constructor(file: string) {
    this.file = file;
    writeFileSync(file, "");
  }

  /** By task id. */
  of(requestId: string, deployId?: string): readonly Started[] {
    return readFileSync(this.file, "utf8")
      .split("\n")
      .slice(0, -1)
      .map(startedOf)
      .filter((task) => task.requestId === requestId)
      .filter((task) => deployId === undefined || task.deployId === deployId)
      .sort((a, b) => (a.taskId < b.taskId ? -1 : 1));
  }
}

function startedOf(line: string): Started {
  const [taskId = "", pid, port] = line.split(" ");
  const [requestId = "", deployId = "", , instanceNo] = taskId.split("-");
  const numbers = { instanceNo: Number(instanceNo), pid: Number(pid), port: Number(port) };
  return { taskId, requestId, deployId, ...numbers };
}

/** Whether the process is there. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
