/**
 * Runs inside a daemon that is measured (`node --expose-gc --import=inside-probe.ts …`), and tells
 * whoever started it what cannot be seen from outside: the memory that is in use after a full
 * collection, and for how long its event loop stood still at worst since it was last asked.
 *
 * The collection stands still too; it is not counted.
 */

/** What is sent back, over the daemon's IPC channel. */
export interface InsideReading {
  readonly kind: "reading";
  readonly heapBytes: number;
  readonly stallMs: number;
}

export const askInside = { kind: "read" } as const;
/** From now on stalls are not looked for: that wakes a daemon with nothing to do two hundred times a second. */
export const letRest = { kind: "rest" } as const;

const tickMs = 5;
let lastTickAt = performance.now();
let stallMs = 0;

function tick(): void {
  const now = performance.now();
  stallMs = Math.max(stallMs, now - lastTickAt - tickMs);
  lastTickAt = now;
}

function read(): InsideReading {
  tick();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  const reading: InsideReading = { kind: "reading", heapBytes: heapUsed + external, stallMs };
  stallMs = 0;
  lastTickAt = performance.now();
  return reading;
}

// Only where it was put by `--import`: the benchmark imports it for its types.
if (globalThis.gc !== undefined && process.send !== undefined) {
  const ticking = setInterval(tick, tickMs).unref();
  process.on("message", (message: { readonly kind?: string }) => {
    if (message.kind === askInside.kind) process.send?.(read());
    if (message.kind === letRest.kind) clearInterval(ticking);
  });
}
