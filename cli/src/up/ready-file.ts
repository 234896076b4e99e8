/**
 * `--ready-file`: one JSON object with the addresses of a cluster that is up, kept true while it is.
 *
 * It is replaced as a whole, so whoever reads it sees the old one or the new one.
 */

import { rmSync } from "node:fs";
import { writeFileAtomically } from "@tavola/host";
import type { StartedCluster } from "./cluster.ts";

export class ReadyFile {
  readonly #path: string;
  #written: Promise<void> = Promise.resolve();

  /** One of an earlier cluster is removed: it would say that this one is ready. */
  constructor(path: string) {
    this.#path = path;
    rmSync(path, { force: true });
  }

  /** Resolves when it is there. Rejects with CANNOT_WRITE. */
  write(cluster: StartedCluster): Promise<void> {
    const { master, masters, agents, schedulers, discoveries, frontdoor } = cluster;
    const ready = {
      master,
      masters,
      agents: agents.map(({ url }) => url),
      ...(schedulers[0] === undefined ? {} : { scheduler: schedulers[0] }),
      ...(discoveries[0] === undefined ? {} : { discovery: discoveries[0] }),
      ...(frontdoor === undefined ? {} : { frontdoor }),
      pid: process.pid,
    };
    const text = `${JSON.stringify(ready)}\n`;
    const written = this.#written.then(() => writeFileAtomically(this.#path, text));
    this.#written = written.catch(() => undefined);
    return written;
  }

  /** The cluster ends. */
  async remove(): Promise<void> {
    await this.#written;
    rmSync(this.#path, { force: true });
  }
}
