/**
 * Certificates as HAProxy gets them: copies under names of ours, which a list names. What is no
 * certificate with its key is refused here, before HAProxy has seen it.
 */

import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdir, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "@tavola/base";
import type { RuntimeSocket } from "./runtime-socket.ts";

export interface Certificate {
  /** `cert-1.pem`. */
  readonly name: string;
  readonly pem: string;
}

/** Of their paths. */
export const certificateList = "list";

const limits = { filesMax: 10_000, fileBytesMax: 1024 * 1024 } as const;

/** In the order of the paths, the files of a folder by name. Rejects when one is none, or there is none. */
export async function readCertificates(paths: readonly string[]): Promise<readonly Certificate[]> {
  const files = (await Promise.all(paths.map(filesAt))).flat();
  if (files.length === 0 || files.length > limits.filesMax) {
    const problem = `cannot load certificates: there are ${files.length}`;
    throw new CodedError("CERTIFICATES_UNREADABLE", problem, { paths });
  }
  return Promise.all(
    files.map(async (path, at) => ({ name: `cert-${at + 1}.pem`, pem: await readPem(path) })),
  );
}

async function filesAt(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const names = (await readdir(path)).filter((name) => name.endsWith(".pem"));
    return names.sort().map((name) => join(path, name));
  } catch (cause) {
    throw new CodedError(
      "CERTIFICATES_UNREADABLE",
      "cannot read certificates",
      { path },
      { cause },
    );
  }
}

async function readPem(path: string): Promise<string> {
  try {
    const pem = await readFile(path, "utf8");
    if (pem.length > limits.fileBytesMax) throw new Error("the file is too large");
    const key = createPrivateKey(pem);
    if (!new X509Certificate(pem).checkPrivateKey(key)) throw new Error("the key is another's");
    // A payload of the runtime API ends with an empty line, and PEM has no use for any.
    return `${pem
      .replaceAll("\r", "")
      .replace(/\n{2,}/g, "\n")
      .trim()}\n`;
  } catch (cause) {
    throw new CodedError("CERTIFICATES_UNREADABLE", "cannot load certificate", { path }, { cause });
  }
}

/** As a folder that `bind` is given, with the list of them. */
export async function writeCertificates(
  folder: string,
  certificates: readonly Certificate[],
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const { name, pem } of certificates) {
    await writeFile(join(folder, `${name}.new`), pem, { mode: 0o600 });
    await rename(join(folder, `${name}.new`), join(folder, name));
  }
  const list = certificates.map(({ name }) => `${join(folder, name)}\n`).join("");
  await writeFile(join(folder, certificateList), list);
}

export interface CertificateChange {
  readonly folder: string;
  readonly before: readonly Certificate[];
  readonly after: readonly Certificate[];
}

/** Tells a HAProxy that runs; there are as many as before. Rejects with CERTIFICATES_UNREADABLE when it does not take one. */
export async function commitCertificates(
  runtime: RuntimeSocket,
  { folder, before, after }: CertificateChange,
): Promise<void> {
  for (const [at, { name, pem }] of after.entries()) {
    if (before[at]?.pem === pem) continue;
    const path = join(folder, name);
    const set = await runtime.ask(`set ssl cert ${path} <<\n${pem}`);
    const committed = await runtime.ask(`commit ssl cert ${path}`);
    if (committed.includes("Success!")) continue;
    await runtime.ask(`abort ssl cert ${path}`);
    throw new CodedError("CERTIFICATES_UNREADABLE", "HAProxy does not take a certificate", {
      said: `${set}${committed}`.trim(),
    });
  }
}
