/** Certificates that nobody vouches for, made by openssl for one test. */

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { isIP } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

export interface CertificateFolder {
  readonly path: string;
  /** `FILE.pem` with chain and key, for those names (or addresses); what was there before is no more. */
  write(file: string, names: readonly string[], options?: { readonly days: number }): Promise<void>;
  writeGarbage(file: string): Promise<void>;
  remove(): Promise<void>;
}

/** Undefined where there is no openssl. */
export async function certificateFolder(): Promise<CertificateFolder | undefined> {
  const path = await mkdtemp(join(tmpdir(), "tavola-certificates-"));
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true });
  const folder: CertificateFolder = {
    path,
    remove,
    writeGarbage: (file) => writeFile(join(path, `${file}.pem`), "no certificate\n"),
    async write(file, names, { days } = { days: 2 }) {
      const [key, cert] = [join(path, `${file}.key`), join(path, `${file}.crt`)];
      const alternatives = names
        .map((name) => `${isIP(name) === 0 ? "DNS" : "IP"}:${name}`)
        .join(",");
      await promisify(execFile)("openssl", [
        ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
        ...["-days", String(days), "-keyout", key, "-out", cert, "-subj", `/CN=${names[0]}`],
        ...["-addext", `subjectAltName=${alternatives}`],
      ]);
      const pem = (await readFile(cert, "utf8")) + (await readFile(key, "utf8"));
      await Promise.all([rm(key), rm(cert)]);
      await writeFile(join(path, `${file}.pem`), pem);
    },
  };
  try {
    await promisify(execFile)("openssl", ["version"]);
    return folder;
  } catch (error) {
    await remove();
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
