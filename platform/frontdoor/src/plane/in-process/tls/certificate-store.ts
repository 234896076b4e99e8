/**
 * The certificates of the plane, by the names in them: whoever asks for a name by SNI gets the one
 * that has it, to the letter before with a wildcard; everybody else the first.
 *
 * A reload reads all of them before it replaces any; a file that is none leaves everything as it was.
 */

import { X509Certificate } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { createSecureContext, type SecureContext } from "node:tls";
import { CodedError } from "@tavola/base";

interface Loaded {
  readonly byName: ReadonlyMap<string, SecureContext>;
  readonly first: SecureContext;
  /** The first one's chain and key. */
  readonly pem: string;
}

export class CertificateStore {
  readonly #paths: readonly string[];
  #loaded: Loaded;
  readonly #reloaded: ((fallback: { readonly cert: string; readonly key: string }) => void)[] = [];

  private constructor(paths: readonly string[], loaded: Loaded) {
    this.#paths = paths;
    this.#loaded = loaded;
  }

  /** Rejects with CERTIFICATES_UNREADABLE. */
  static async load(paths: readonly string[]): Promise<CertificateStore> {
    return new CertificateStore(paths, await loadAll(paths));
  }

  async reload(): Promise<void> {
    this.#loaded = await loadAll(this.#paths);
    for (const tell of this.#reloaded) tell(this.fallback());
  }

  /** What a client without SNI gets. */
  fallback(): { readonly cert: string; readonly key: string } {
    const { pem } = this.#loaded;
    return { cert: pem, key: pem };
  }

  onReload(tell: (fallback: { readonly cert: string; readonly key: string }) => void): void {
    this.#reloaded.push(tell);
  }

  /** For new connections; those that are keep what they have. */
  contextFor(serverName: string): SecureContext {
    const name = serverName.toLowerCase();
    const { byName, first } = this.#loaded;
    const dot = name.indexOf(".");
    return byName.get(name) ?? (dot < 0 ? undefined : byName.get(`*${name.slice(dot)}`)) ?? first;
  }
}

async function loadAll(paths: readonly string[]): Promise<Loaded> {
  const byName = new Map<string, SecureContext>();
  let first: { readonly context: SecureContext; readonly pem: string } | undefined;
  for (const path of await filesOf(paths)) {
    const { context, names, pem } = await loadOne(path);
    first ??= { context, pem };
    for (const name of names) if (!byName.has(name)) byName.set(name, context);
  }
  if (first !== undefined) return { byName, first: first.context, pem: first.pem };
  throw new CodedError("CERTIFICATES_UNREADABLE", "cannot serve https: there is no certificate", {
    paths,
  });
}

async function filesOf(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    try {
      if (!(await stat(path)).isDirectory()) files.push(path);
      else {
        const names = (await readdir(path)).filter((name) => name.endsWith(".pem"));
        files.push(...names.toSorted().map((name) => join(path, name)));
      }
    } catch (cause) {
      throw unreadable(path, cause);
    }
  }
  return files;
}

async function loadOne(path: string): Promise<{
  readonly context: SecureContext;
  readonly names: readonly string[];
  readonly pem: string;
}> {
  try {
    const pem = await readFile(path, "utf8");
    const certificate = new X509Certificate(pem);
    const context = createSecureContext({ cert: pem, key: pem });
    return { context, names: namesOf(certificate), pem };
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function namesOf({ subjectAltName, subject }: X509Certificate): string[] {
  const alternative = subjectAltName?.split(", ") ?? [];
  const names = alternative.filter((name) => name.startsWith("DNS:")).map((name) => name.slice(4));
  const common = /^CN=(.+)$/m.exec(subject ?? "")?.[1];
  if (names.length === 0 && common !== undefined) names.push(common);
  return names.map((name) => name.toLowerCase());
}

function unreadable(path: string, cause: unknown): CodedError {
  const message = `cannot read a certificate and its key from ${path}`;
  return new CodedError("CERTIFICATES_UNREADABLE", message, { path }, { cause });
}
