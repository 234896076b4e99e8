/**
 * Runs inside a daemon that is measured (`node --expose-gc --import=heap-probe.ts …`), and tells whoever
 * started it the memory that is in use after a full collection. Does nothing until it is asked: what
 * looks for stalls (`inside-probe.ts`) wakes a daemon that has nothing to do two hundred times a second.
 */

/** What is sent back, over the daemon's IPC channel. */
export interface HeapReading {
  readonly kind: "heap";
  readonly bytes: number;
}

export const askHeap = { kind: "ask-heap" } as const;

function read(): HeapReading {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return { kind: "heap", bytes: heapUsed + external };
}

// Only where it was put by `--import`: the benchmark imports it for its types.
if (globalThis.gc !== undefined && process.send !== undefined) {
  process.on("message", (message: { readonly kind?: string }) => {
    if (message.kind === askHeap.kind) process.send?.(read());
  });
}
