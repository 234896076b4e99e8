/** The certificates of now, in the folder that HAProxy reads; the former are back when new ones are not taken. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  type Certificate,
  type CertificateChange,
  certificateList,
  readCertificates,
  writeCertificates,
} from "./certificate-files.ts";

export class CertificateStore {
  readonly folder: string;
  readonly #paths: readonly string[];
  #now: readonly Certificate[] = [];

  /** `paths`: folders or files of those who own them. */
  constructor(folder: string, paths: readonly string[]) {
    this.folder = folder;
    this.#paths = paths;
  }

  /** `take`: HAProxy is told. Rejects as it does, or with CERTIFICATES_UNREADABLE. */
  async load(take: (change: CertificateChange) => Promise<void>): Promise<void> {
    const before = this.#now;
    const after = await readCertificates(this.#paths);
    const { folder } = this;
    try {
      await writeCertificates(folder, after);
      await take({ folder, before, after });
      this.#now = after;
    } catch (error) {
      await writeCertificates(folder, before);
      throw error;
    }
  }

  /** Writes them again where somebody has removed the folder: a HAProxy that starts reads them. */
  async restore(): Promise<void> {
    if (this.#now.length === 0 || existsSync(join(this.folder, certificateList))) return;
    await writeCertificates(this.folder, this.#now);
  }
}
