/**
 * The master's event counts, under Mesos's metric names (`master/messages_register_slave`, …).
 *
 * A count that never happened is absent here; whoever shows metrics shows it as 0.
 */

export class Counters {
  readonly #counts = new Map<string, number>();

  increment(name: string, by = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  get(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  entries(): MapIterator<[string, number]> {
    return this.#counts.entries();
  }
}
