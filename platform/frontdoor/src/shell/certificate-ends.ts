/**
 * Tells people before a certificate that somebody is shown ends, and when it has: in the log once a
 * file and what became of it, and on the status page while it is so.
 */

import { hourMs } from "@tavola/base";
import type { Clock, Logger, Timer } from "@tavola/host";
import { type CertificateFacts, endingCertificates } from "../core/certificate-choice.ts";

const namesShownMax = 3;

export interface CertificateEndsOptions {
  /** Of all files as they are now; rejects where one is none. */
  readonly read: () => Promise<readonly CertificateFacts[]>;
  /** Which of them somebody may be shown. */
  readonly inUse: (all: readonly CertificateFacts[], now: number) => readonly CertificateFacts[];
  readonly clock: Clock;
  readonly logger: Logger;
}

export class CertificateEnds {
  readonly #options: CertificateEndsOptions;
  #all: readonly CertificateFacts[] = [];
  /** What was told of those that still end. */
  #told: ReadonlySet<string> = new Set();
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(options: CertificateEndsOptions) {
    this.#options = options;
  }

  /** Reads what is served now; once at the start, and when it is served anew. */
  async look(): Promise<void> {
    const { read, logger } = this.#options;
    try {
      this.#all = await read();
    } catch (error) {
      logger.warn({ error }, "cannot tell when certificates end");
    }
    this.#tell();
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  /** In words, one a certificate. */
  get troubles(): readonly string[] {
    const now = this.#options.clock.now();
    return endingCertificates(this.#used(now), now).map((each) => describe(each, now));
  }

  /** Of all that are in use; undefined: there are none. Milliseconds since the epoch. */
  get earliestEnd(): number | undefined {
    const used = this.#used(this.#options.clock.now());
    return used.length === 0 ? undefined : Math.min(...used.map(({ until }) => until));
  }

  #used(now: number): readonly CertificateFacts[] {
    return this.#options.inUse(this.#all, now);
  }

  #tell(): void {
    if (this.#isClosed) return;
    const { clock, logger } = this.#options;
    for (const trouble of this.troubles) {
      if (!this.#told.has(trouble)) logger.warn({ trouble }, "a certificate must be renewed");
    }
    this.#told = new Set(this.troubles);
    this.#timer?.cancel();
    this.#timer = clock.after(hourMs, () => this.#tell());
  }
}

function describe({ path, names, until }: CertificateFacts, now: number): string {
  const end = new Date(until).toISOString();
  const shown = names.length === 0 ? "no name" : names.slice(0, namesShownMax).join(", ");
  return `the certificate ${path} for ${shown} ${now < until ? "ends" : "has expired"} at ${end}`;
}
