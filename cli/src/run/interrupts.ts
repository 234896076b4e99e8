/**
 * Ctrl-C and SIGTERM, told apart by how often: the first asks for an end, the second insists.
 */

export interface Interrupts {
  /** Replaces who is told. `count` is 1 for the first signal. */
  onInterrupt(told: (signal: "SIGINT" | "SIGTERM", count: number) => void): void;
  close(): void;
}

export function processInterrupts(): Interrupts {
  let count = 0;
  let told: ((signal: "SIGINT" | "SIGTERM", count: number) => void) | undefined;
  const handle = (signal: NodeJS.Signals): void => {
    count += 1;
    told?.(signal as "SIGINT" | "SIGTERM", count);
  };
  process.on("SIGINT", handle).on("SIGTERM", handle);
  return {
    onInterrupt(next) {
      told = next;
    },
    close() {
      process.off("SIGINT", handle).off("SIGTERM", handle);
    },
  };
}
