/**
 * Whether two masters ever led at once, seen from outside: each is asked again and again whether it
 * answers as the leader does (200) or sends one on (307, 503).
 *
 * An answer of B that began and ended between two of A, by the same process, is proof that A led
 * before and after it. Less than that proves nothing, and is not held against anybody.
 */

/** What it needs to know of a master. */
export interface WatchedMaster {
  readonly host: { readonly name: string };
  readonly daemon: { readonly pid: number };
  readonly url: string;
}

interface Sighting {
  readonly master: string;
  readonly pid: number;
  readonly askedAt: number;
  readonly answeredAt: number;
}

const answerMs = 1_000;
/** Of the first, the second, … master: of different lengths, so that nobody keeps step with another. */
const pausesMs = [7, 11, 13, 17, 19] as const;

export class LeaderWatch {
  readonly #masters: readonly WatchedMaster[];
  readonly #sightings: Sighting[] = [];
  readonly #running: Promise<unknown>;
  #isOver = false;

  constructor(masters: readonly WatchedMaster[]) {
    this.#masters = masters;
    this.#running = Promise.all(
      masters.map((master, index) =>
        this.#follow(master, pausesMs[index % pausesMs.length] ?? pausesMs[0]),
      ),
    );
  }

  /** Stops; throws when two led at once. Answers how often a leader was seen. */
  async end(): Promise<number> {
    this.#isOver = true;
    await this.#running;
    for (const { host } of this.#masters) {
      const own = this.#sightings.filter(({ master }) => master === host.name);
      for (const [index, before] of own.entries()) {
        const after = own[index + 1];
        if (after === undefined || after.pid !== before.pid) continue;
        const other = this.#sightings.find(
          ({ master, askedAt, answeredAt }) =>
            master !== host.name && askedAt > before.answeredAt && answeredAt < after.askedAt,
        );
        if (other === undefined) continue;
        const ms = Math.round(after.askedAt - before.answeredAt);
        throw new Error(`${host.name} led before and after ${other.master} did, ${ms} ms apart`);
      }
    }
    return this.#sightings.length;
  }

  async #follow({ daemon, host, url }: WatchedMaster, pauseMs: number): Promise<void> {
    while (!this.#isOver) {
      const { pid } = daemon;
      const askedAt = performance.now();
      try {
        const answer = await fetch(`${url}/frameworks`, {
          redirect: "manual",
          signal: AbortSignal.timeout(answerMs),
        });
        await answer.body?.cancel();
        const answeredAt = performance.now();
        if (answer.status === 200) {
          this.#sightings.push({ master: host.name, pid, askedAt, answeredAt });
        }
      } catch {
        // It is down, or stands still.
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
