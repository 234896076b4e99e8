/** The files of certificates, and what stands in one: its names, and from when to when it is valid. */

import { X509Certificate } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "@tavola/base";
import type { CertificateFacts } from "../core/certificate-choice.ts";

/** In the order of the paths, the files of a folder by name. Rejects with CERTIFICATES_UNREADABLE. */
export async function certificateFiles(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    try {
      if (!(await stat(path)).isDirectory()) files.push(path);
      else {
        const names = (await readdir(path)).filter((name) => name.endsWith(".pem"));
        files.push(...names.toSorted().map((name) => join(path, name)));
      }
    } catch (cause) {
      throw unreadableCertificate(path, cause);
    }
  }
  return files;
}

/** Of the first certificate in the text. Throws where there is none. */
export function certificateFacts(path: string, pem: string): CertificateFacts {
  const certificate = new X509Certificate(pem);
  return {
    path,
    names: namesOf(certificate),
    from: certificate.validFromDate.getTime(),
    until: certificate.validToDate.getTime(),
  };
}

/** Of all files. Rejects with CERTIFICATES_UNREADABLE. */
export async function readCertificateFacts(
  paths: readonly string[],
): Promise<readonly CertificateFacts[]> {
  const all: CertificateFacts[] = [];
  for (const path of await certificateFiles(paths)) {
    try {
      all.push(certificateFacts(path, await readFile(path, "utf8")));
    } catch (cause) {
      throw unreadableCertificate(path, cause);
    }
  }
  return all;
}

export function unreadableCertificate(path: string, cause: unknown): CodedError {
  const message = `cannot read a certificate and its key from ${path}`;
  return new CodedError("CERTIFICATES_UNREADABLE", message, { path }, { cause });
}

function namesOf({ subjectAltName, subject }: X509Certificate): string[] {
  const alternative = subjectAltName?.split(", ") ?? [];
  const names = alternative.filter((name) => name.startsWith("DNS:")).map((name) => name.slice(4));
  const common = /^CN=(.+)$/m.exec(subject ?? "")?.[1];
  if (names.length === 0 && common !== undefined) names.push(common);
  return names.map((name) => name.toLowerCase());
}
