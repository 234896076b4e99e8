/** The certificates of now, in the folder that HAProxy reads; the former are back when new ones are not taken. */

import {
  type Certificate,
  type CertificateChange,
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
}
