/**
 * Looks at the files of certificates, and has them read again when they have changed: renewals need no
 * restart. What is not taken is tried again at each look, and said once.
 */

import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { describeError } from "@tavola/base";
import type { Clock, Logger, Timer } from "@tavola/host";

export interface CertificatesWatchOptions {
  /** Files and folders. */
  readonly paths: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly reload: () => Promise<void>;
}

const intervalMs = 5000;

export class CertificatesWatch {
  readonly #options: CertificatesWatchOptions;
  #timer: Timer | undefined;
  /** Of what is served. */
  #known: string | undefined;
  #trouble: string | undefined;
  #isClosed = false;

  constructor(options: CertificatesWatchOptions) {
    this.#options = options;
    if (options.paths.length > 0) void this.#turn();
  }

  /** Why what is on disk is not what is served; undefined: it is. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  async #turn(): Promise<void> {
    const { paths, clock, logger } = this.#options;
    try {
      await this.#look();
      this.#trouble = undefined;
    } catch (cause) {
      const error = describeError(cause as Error);
      if (error !== this.#trouble) logger.error({ paths, error }, "certificates stay as they were");
      this.#trouble = error;
    }
    if (!this.#isClosed) this.#timer = clock.after(intervalMs, () => void this.#turn());
  }

  async #look(): Promise<void> {
    const { paths, logger, reload } = this.#options;
    const now = await fingerprint(paths);
    this.#known ??= now;
    if (this.#known === now || this.#isClosed) return;
    await reload();
    this.#known = now;
    logger.info({ paths }, "certificates are read again");
  }
}

/** Changes when a file of them does. */
async function fingerprint(paths: readonly string[]): Promise<string> {
  const files: string[] = [];
  for (const path of paths) {
    const isFolder = (await stat(path)).isDirectory();
    if (!isFolder) files.push(path);
    else files.push(...(await readdir(path)).sort().map((name) => join(path, name)));
  }
  const marks = await Promise.all(
    files.map(async (file) => {
      const { ino, size, mtimeMs } = await stat(file);
      return `${file} ${ino} ${size} ${mtimeMs}`;
    }),
  );
  return marks.join("\n");
}
