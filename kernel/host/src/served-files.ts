/**
 * Directories and files of this machine under virtual paths, for others to browse and read.
 *
 * An agent attaches each sandbox, a master its log. A path is resolved by the longest attached prefix
 * and may not leave it, by `..` or by a link: the file that was opened is asked where it really is,
 * since a task may exchange its directories while we look. Only plain files are read; a pipe that a
 * task made would otherwise hold us for ever.
 */

import {
  constants,
  type FileHandle,
  open,
  readdir,
  readlink,
  realpath,
  stat,
} from "node:fs/promises";
import { join } from "node:path";
import { getSystemErrorMessage } from "node:util";
import { CodedError, describeError, type Result } from "@tavola/base";
import { type FileListing, listingOf } from "./file-listing.ts";
import type { Logger } from "./logger.ts";

/** Why a file is not served. `message` is Mesos's text, its line end included; empty where it has none. */
export interface FilesRefusal {
  readonly kind: "invalid" | "notFound" | "failed";
  readonly message: string;
}

/** A root that is not attached but computed: the part of the path it covers, and where that really is. */
export interface ComputedRoot {
  readonly prefix: string;
  readonly realPath: string;
}

export interface ServedFilesOptions {
  /** Asked when no attached prefix matches. */
  readonly rootOf?: (virtualPath: string) => ComputedRoot | undefined;
  /** Of the computed roots those that `/files/debug` names: virtual path and real path. */
  readonly listed?: () => Iterable<readonly [string, string]>;
}

export interface OpenedFile {
  readonly handle: FileHandle;
  readonly realPath: string;
  readonly sizeBytes: number;
}

/** Linux pages times 16: what one read returns at most. */
const readBytesMax = 16 * 4096;

export class ServedFiles {
  readonly #attached = new Map<string, string>();
  readonly #rootOf: (virtualPath: string) => ComputedRoot | undefined;
  readonly #listed: () => Iterable<readonly [string, string]>;

  constructor(options: ServedFilesOptions = {}) {
    this.#rootOf = options.rootOf ?? (() => undefined);
    this.#listed = options.listed ?? (() => []);
  }

  /** Replaces what was there. Rejects with CodedError CANNOT_ATTACH when `path` is not there or not readable. */
  async attach(path: string, virtualPath: string): Promise<void> {
    try {
      this.#attached.set(withoutTrailingSlash(virtualPath), await realpath(path));
    } catch (cause) {
      throw new CodedError(
        "CANNOT_ATTACH",
        `Failed to get realpath of '${path}'`,
        { path },
        { cause },
      );
    }
  }

  /** Idempotent. */
  detach(virtualPath: string): void {
    this.#attached.delete(withoutTrailingSlash(virtualPath));
  }

  /** Virtual path to real path, as `/files/debug` shows it. */
  get attached(): ReadonlyMap<string, string> {
    return new Map([...this.#attached, ...this.#listed()]);
  }

  /** The entries of a directory, sorted by name; none for a plain file, as Mesos answers. */
  async browse(virtualPath: string): Promise<Result<FileListing[], FilesRefusal>> {
    const resolved = await this.#resolve(virtualPath);
    if (resolved.error !== undefined) return resolved;
    const names = await readdir(resolved.value.path).catch(() => []);
    const listing: FileListing[] = [];
    for (const name of names.sort()) {
      // Gone since, or a link to nowhere: Mesos leaves it out too.
      const stats = await stat(join(resolved.value.path, name)).catch(() => undefined);
      if (stats !== undefined) listing.push(listingOf(join(virtualPath, name), stats));
    }
    return { value: listing };
  }

  /**
   * Up to `length` bytes (absent: as many as one read returns) from `offset`, and the file's size.
   * Nothing when `offset` lies behind its end.
   */
  async read(
    virtualPath: string,
    offset: number,
    length?: number,
  ): Promise<Result<{ sizeBytes: number; data: Uint8Array }, FilesRefusal>> {
    const opened = await this.open(virtualPath, "read");
    if (opened.error !== undefined) return opened;
    const { handle, sizeBytes } = opened.value;
    try {
      const wanted = Math.min(
        length ?? readBytesMax,
        readBytesMax,
        Math.max(0, sizeBytes - offset),
      );
      if (wanted === 0) return { value: { sizeBytes, data: new Uint8Array(0) } };
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(wanted), 0, wanted, offset);
      return { value: { sizeBytes, data: buffer.subarray(0, bytesRead) } };
    } catch (error) {
      return refuse(
        "failed",
        `Failed to read file at '${opened.value.realPath}': ${reason(error)}.\n`,
      );
    } finally {
      await handle.close();
    }
  }

  /** The file itself; the caller closes its handle. `verb` is for the message. */
  async open(
    virtualPath: string,
    verb: "read" | "download",
  ): Promise<Result<OpenedFile, FilesRefusal>> {
    const resolved = await this.#resolve(virtualPath);
    if (resolved.error !== undefined) return resolved;
    const { path, root } = resolved.value;
    let handle: FileHandle;
    try {
      handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    } catch (error) {
      return refuse("failed", `Failed to open file at '${path}': ${reason(error)}.\n`);
    }
    const stats = await handle.stat();
    const realPath = await readlink(`/proc/self/fd/${handle.fd}`).catch(() => path);
    const refusal = stats.isDirectory()
      ? `Cannot ${verb} a directory.\n`
      : !stats.isFile()
        ? `Cannot ${verb} what is not a plain file.\n`
        : isWithin(realPath, root)
          ? undefined
          : `'${path}' is inaccessible.\n`;
    if (refusal === undefined) return { value: { handle, realPath, sizeBytes: stats.size } };
    await handle.close();
    return refuse("invalid", refusal);
  }

  async #resolve(
    virtualPath: string,
  ): Promise<Result<{ path: string; root: string }, FilesRefusal>> {
    const found = this.#rootFor(withoutTrailingSlash(virtualPath));
    if (found === undefined) return refuse("notFound", "");
    const path = found.suffix === "" ? found.root : join(found.root, "/", found.suffix);
    // join() resolves ".." by its text; what is left of it leads out of the root.
    const unresolved = found.suffix === "" ? found.root : `${found.root}/${found.suffix}`;
    try {
      const real = await realpath(unresolved);
      // Differs: Mesos compares texts, so that /a/bc counts as within /a/b.
      if (!isWithin(real, found.root))
        return refuse("invalid", `'${unresolved}' is inaccessible.\n`);
      return { value: { path: real, root: found.root } };
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "ENOENT" || code === "ENOTDIR") return refuse("notFound", "");
      return refuse(
        "invalid",
        `Failed to determine canonical path of '${path}': ${reason(error)}.\n`,
      );
    }
  }

  #rootFor(virtualPath: string): { root: string; suffix: string } | undefined {
    let prefix = virtualPath;
    for (;;) {
      const root = this.#attached.get(prefix);
      if (root !== undefined) return { root, suffix: suffixOf(virtualPath, prefix) };
      const slash = prefix.lastIndexOf("/");
      if (slash < 0 || prefix === "") break;
      prefix = prefix.slice(0, slash);
    }
    const computed = this.#rootOf(virtualPath);
    if (computed === undefined) return undefined;
    return { root: computed.realPath, suffix: suffixOf(virtualPath, computed.prefix) };
  }
}

/** A daemon's own log under its virtual path; one that cannot be served is only worth a line in it. */
export async function attachLog(
  files: ServedFiles,
  virtualPath: string,
  logFile: string | undefined,
  logger: Logger,
): Promise<void> {
  if (logFile === undefined) return;
  try {
    await files.attach(logFile, virtualPath);
  } catch (error) {
    logger.error({ logFile, error: describeError(error) }, "cannot serve the log file");
  }
}

function suffixOf(path: string, prefix: string): string {
  return path.slice(prefix.length).replace(/^\/+/, "");
}

function withoutTrailingSlash(path: string): string {
  return path.endsWith("/") ? path.slice(0, -1) : path;
}

function isWithin(path: string, root: string): boolean {
  return path === root || path.startsWith(root === "/" ? "/" : `${root}/`);
}

function refuse(kind: FilesRefusal["kind"], message: string): { readonly error: FilesRefusal } {
  return { error: { kind, message } };
}

/** What strerror() says, which is what Mesos prints. */
function reason(error: unknown): string {
  const { errno } = error as NodeJS.ErrnoException;
  if (errno === undefined) return String(error);
  const text = getSystemErrorMessage(errno);
  return text.charAt(0).toUpperCase() + text.slice(1);
}
