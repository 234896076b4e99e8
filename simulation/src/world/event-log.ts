/**
 * What happened, line by line, and a hash of all of it.
 *
 * Two runs of one seed must have the same hash, bit for bit. Lines are kept as they are and rendered
 * only when a person wants to read a failed seed; message bodies go into the hash as bytes and are
 * decoded at rendering.
 */

export interface LogEntry {
  /** World time, milliseconds since the run began. */
  readonly atMs: number;
  readonly text: string;
  /** Turns what the line carries into more text, when somebody reads it. */
  readonly details: (() => string) | undefined;
}

const fnvPrime = 0x01000193;

export class EventLog {
  readonly #entries: LogEntry[] = [];
  #a = 0x811c9dc5;
  #b = 0x9747b28c;

  add(atMs: number, text: string, body?: Uint8Array, details?: () => string): void {
    this.#mixText(text);
    this.#mix(Math.round(atMs * 1000));
    if (body !== undefined) for (const byte of body) this.#mix(byte);
    this.#entries.push({ atMs, text, details });
  }

  get size(): number {
    return this.#entries.length;
  }

  /** 16 hexadecimal digits. */
  get hash(): string {
    return [this.#a, this.#b].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
  }

  /** The lines for people; `keep` chooses among them. */
  *lines(keep: (entry: LogEntry) => boolean = () => true): Generator<string> {
    for (const entry of this.#entries) {
      if (!keep(entry)) continue;
      const details = entry.details === undefined ? "" : ` ${entry.details()}`;
      yield `${(entry.atMs / 1000).toFixed(4).padStart(10)} ${entry.text}${details}`;
    }
  }

  #mixText(text: string): void {
    for (let index = 0; index < text.length; index += 1) this.#mix(text.charCodeAt(index));
  }

  #mix(value: number): void {
    this.#a = Math.imul(this.#a ^ value, fnvPrime);
    this.#b = Math.imul(this.#b ^ (value + (this.#a >>> 7)), fnvPrime);
  }
}
