/**
 * The certificates of the plane, by the names in them: whoever asks for a name by SNI gets one that
 * has it, to the letter before with a wildcard; everybody else the first. Which of several for one
 * name, `certificate-choice.ts` says at each handshake.
 *
 * A reload reads all of them before it replaces any; a file that is none leaves everything as it was.
 */

import { readFile } from "node:fs/promises";
import { createSecureContext, type SecureContext } from "node:tls";
import { CodedError } from "@tavola/base";
import type { Clock } from "@tavola/host";
import {
  type CertificateFacts,
  certificatesByName,
  fallbackCertificates,
  preferredCertificate,
} from "../../../core/certificate-choice.ts";
import {
  certificateFacts,
  certificateFiles,
  unreadableCertificate,
} from "../../certificate-facts.ts";

interface Certificate extends CertificateFacts {
  readonly context: SecureContext;
  /** Chain and key. */
  readonly pem: string;
}

type Candidates = readonly [Certificate, ...Certificate[]];

interface Loaded {
  readonly byName: ReadonlyMap<string, Candidates>;
  readonly fallback: Candidates;
}

export class CertificateStore {
  readonly #paths: readonly string[];
  readonly #clock: Pick<Clock, "now">;
  #loaded: Loaded;
  readonly #reloaded: ((fallback: { readonly cert: string; readonly key: string }) => void)[] = [];

  private constructor(paths: readonly string[], clock: Pick<Clock, "now">, loaded: Loaded) {
    this.#paths = paths;
    this.#clock = clock;
    this.#loaded = loaded;
  }

  /** Rejects with CERTIFICATES_UNREADABLE. */
  static async load(
    paths: readonly string[],
    clock: Pick<Clock, "now">,
  ): Promise<CertificateStore> {
    return new CertificateStore(paths, clock, await loadAll(paths));
  }

  async reload(): Promise<void> {
    this.#loaded = await loadAll(this.#paths);
    for (const tell of this.#reloaded) tell(this.fallback());
  }

  /** What a client without SNI gets. */
  fallback(): { readonly cert: string; readonly key: string } {
    const { pem } = preferredCertificate(this.#loaded.fallback, this.#clock.now());
    return { cert: pem, key: pem };
  }

  onReload(tell: (fallback: { readonly cert: string; readonly key: string }) => void): void {
    this.#reloaded.push(tell);
  }

  /** For new connections; those that are keep what they have. */
  contextFor(serverName: string): SecureContext {
    const name = serverName.toLowerCase();
    const { byName, fallback } = this.#loaded;
    const dot = name.indexOf(".");
    const wild = dot < 0 ? undefined : byName.get(`*${name.slice(dot)}`);
    const candidates = byName.get(name) ?? wild ?? fallback;
    return preferredCertificate(candidates, this.#clock.now()).context;
  }
}

async function loadAll(paths: readonly string[]): Promise<Loaded> {
  const all: Certificate[] = [];
  for (const path of await certificateFiles(paths)) all.push(await loadOne(path));
  const [first] = all;
  if (first === undefined) {
    const problem = "cannot serve https: there is no certificate";
    throw new CodedError("CERTIFICATES_UNREADABLE", problem, { paths });
  }
  const byName = certificatesByName(all);
  return { byName, fallback: fallbackCertificates(first, byName) };
}

async function loadOne(path: string): Promise<Certificate> {
  try {
    const pem = await readFile(path, "utf8");
    const facts = certificateFacts(path, pem);
    return { ...facts, context: createSecureContext({ cert: pem, key: pem }), pem };
  } catch (cause) {
    throw unreadableCertificate(path, cause);
  }
}
