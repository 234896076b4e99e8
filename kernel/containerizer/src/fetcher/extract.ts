/**
 * Unpacking what was fetched, into the sandbox and nowhere else.
 *
 * The system's tar and unzip do the work (docs/decisions/0004-archives.md). tar refuses members that
 * climb out (".."), strips leading slashes and defers links; unzip only warns of them, so the names in
 * a zip are read first.
 */

import { constants, createReadStream, createWriteStream } from "node:fs";
import { open, readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { CodedError } from "@tavola/base";
import { createSandboxFile } from "./sandbox-file.ts";
import { runTool, type ToolRequest } from "./tool.ts";
import type { ArchiveKind } from "./uri.ts";

type Where = Omit<ToolRequest, "argv" | "stdout">;

/** `path` is the archive, relative to the sandbox. Rejects with a CodedError. */
export async function extract(kind: ArchiveKind, path: string, where: Where): Promise<void> {
  const archive = join(where.sandbox, path);
  if (kind === "gzip") return gunzip(path, where);
  if (kind === "tar") return runTool({ ...where, argv: ["tar", "-xof", archive] });
  await refuseClimbingNames(archive, where);
  return runTool({ ...where, argv: ["unzip", "-o", "-q", archive] });
}

/** Beside its source would be nearer, but Mesos puts it at the top of the sandbox. */
async function gunzip(path: string, where: Where): Promise<void> {
  const { O_RDONLY, O_NOFOLLOW } = constants;
  const source = await open(join(where.sandbox, path), O_RDONLY | O_NOFOLLOW);
  const name = basename(path).slice(0, -".gz".length);
  const target = await createSandboxFile(where.sandbox, name, where.user);
  await pipeline(
    createReadStream("", { fd: source }),
    createGunzip(),
    createWriteStream("", { fd: target }),
    { signal: where.signal },
  );
}

async function refuseClimbingNames(archive: string, where: Where): Promise<void> {
  const list = join(where.sandbox, ".tavola-zip-names");
  try {
    await runTool({ ...where, argv: ["unzip", "-Z1", archive], stdout: list });
    const names = (await readFile(list, "utf8")).split("\n");
    const climbing = names.find((name) => name.startsWith("/") || name.split("/").includes(".."));
    if (climbing === undefined) return;
    throw new CodedError("OUTSIDE_SANDBOX", `it contains '${climbing}', outside of the sandbox`);
  } finally {
    await rm(list, { force: true });
  }
}
