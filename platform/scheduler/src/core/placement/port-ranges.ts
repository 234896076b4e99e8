/**
 * Ports that are free on a machine: sorted, disjoint ranges that ports are taken out of.
 *
 * They change in place, because placement takes ports thousands of times a second and nobody else
 * keeps them.
 */

/** Both ends belong to it. */
export interface PortRange {
  begin: number;
  end: number;
}

export class PortRanges {
  readonly #ranges: PortRange[] = [];
  #count = 0;

  /** How many ports there are. */
  get count(): number {
    return this.#count;
  }

  get ranges(): readonly Readonly<PortRange>[] {
    return this.#ranges;
  }

  /** Ranges that overlap or touch become one. */
  add(begin: number, end: number): void {
    if (end < begin) return;
    const all = [...this.#ranges, { begin, end }].sort((a, b) => a.begin - b.begin);
    this.#ranges.length = 0;
    this.#count = 0;
    for (const range of all) {
      const last = this.#ranges.at(-1);
      if (last !== undefined && range.begin <= last.end + 1) {
        last.end = Math.max(last.end, range.end);
      } else this.#ranges.push({ ...range });
    }
    for (const range of this.#ranges) this.#count += range.end - range.begin + 1;
  }

  has(port: number): boolean {
    return this.#ranges.some((range) => range.begin <= port && port <= range.end);
  }

  /** False when it was not there. */
  take(port: number): boolean {
    const at = this.#ranges.findIndex((range) => range.begin <= port && port <= range.end);
    const range = this.#ranges[at];
    if (range === undefined) return false;
    this.#count--;
    if (range.begin === range.end) this.#ranges.splice(at, 1);
    else if (port === range.begin) range.begin++;
    else if (port === range.end) range.end--;
    else {
      this.#ranges.splice(
        at,
        1,
        { begin: range.begin, end: port - 1 },
        { begin: port + 1, end: range.end },
      );
    }
    return true;
  }

  /** Counted from 0, ascending; undefined when there are not so many. */
  nth(index: number): number | undefined {
    let left = index;
    for (const { begin, end } of this.#ranges) {
      if (left <= end - begin) return begin + left;
      left -= end - begin + 1;
    }
    return undefined;
  }
}
