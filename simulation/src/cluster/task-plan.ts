/**
 * What a simulated task does, written where a real one has its command: `run 5000 finish`.
 */

export interface TaskPlan {
  /** Infinity: until it is killed. */
  readonly durationMs: number;
  readonly end: "finish" | "fail";
  /** From being told to stop until it has. */
  readonly stopMs: number;
}

export function formatTaskPlan({ durationMs, end, stopMs }: TaskPlan): string {
  return `run ${durationMs} ${end} ${stopMs}`;
}

export function parseTaskPlan(command: string): TaskPlan {
  const [, durationMs, end, stopMs] = command.split(" ");
  return {
    durationMs: Number(durationMs),
    end: end === "fail" ? "fail" : "finish",
    stopMs: Number(stopMs),
  };
}
