/** Looks at the files of certificates, and says when they have changed: renewals need no restart. */

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
  #known: string | undefined;
  #isClosed = false;

  constructor(options: CertificatesWatchOptions) {
    this.#options = options;
    if (options.paths.length > 0) void this.#turn();
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  async #turn(): Promise<void> {
    const { paths, clock, logger, reload } = this.#options;
    try {
      const now = await fingerprint(paths);
      const before = this.#known;
      this.#known = now;
      if (before !== undefined && before !== now && !this.#isClosed) {
        await reload();
        logger.info({ paths }, "certificates are read again");
      }
    } catch (error) {
      logger.error(
        { paths, error: describeError(error as Error) },
        "certificates stay as they were",
      );
    }
    if (!this.#isClosed) this.#timer = clock.after(intervalMs, () => void this.#turn());
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
