/**
 * Notices who has been silent for too long, without a timer for each.
 *
 * Nearly everything that is watched ends within a millisecond; making and cancelling a timer would
 * cost more than the watched thing does. One sweep a second looks at those that remain.
 */

export interface Watched {
  /** Something came: the silence begins anew. */
  noise(): void;
  stop(): void;
}

interface Entry {
  silentSweeps: number;
  readonly sweepsMax: number;
  readonly onSilence: () => void;
}

const sweepMs = 1000;
const watched = new Set<Entry>();
let sweeper: NodeJS.Timeout | undefined;

/** Calls `onSilence` once after `silenceMs` without noise, up to two seconds late. */
export function watchSilence(silenceMs: number, onSilence: () => void): Watched {
  const entry = { silentSweeps: 0, sweepsMax: Math.ceil(silenceMs / sweepMs), onSilence };
  watched.add(entry);
  sweeper ??= setInterval(sweep, sweepMs).unref();
  return {
    noise: () => {
      entry.silentSweeps = 0;
    },
    stop: () => {
      watched.delete(entry);
    },
  };
}

function sweep(): void {
  if (watched.size === 0) {
    clearInterval(sweeper);
    sweeper = undefined;
    return;
  }
  for (const entry of watched) {
    entry.silentSweeps += 1;
    if (entry.silentSweeps <= entry.sweepsMax) continue;
    watched.delete(entry);
    entry.onSilence();
  }
}
