/**
 * What a URI of a CommandInfo means: where from, under which name, whether to unpack. Pure.
 *
 * Source: Fetcher::basename, validateOutputFile and uriToLocalPath in Mesos; the sentences that its
 * clients may read are its own.
 */

import type { Result } from "@tavola/base";
import type { CommandInfo_URI } from "@tavola/protocol";

/** One URI, understood. */
export interface FetchPlan {
  /** For messages: the URI without a password. */
  readonly shown: string;
  readonly from:
    | { readonly kind: "local"; readonly path: string }
    | { readonly kind: "http"; readonly url: string };
  /** Relative to the sandbox, and inside it. */
  readonly to: string;
  readonly isExecutable: boolean;
  readonly archive: ArchiveKind | undefined;
}

export type ArchiveKind = "tar" | "zip" | "gzip";

const archiveSuffixes: readonly (readonly [suffix: string, kind: ArchiveKind])[] = [
  [".tar", "tar"],
  [".tgz", "tar"],
  [".tar.gz", "tar"],
  [".tbz2", "tar"],
  [".tar.bz2", "tar"],
  [".txz", "tar"],
  [".tar.xz", "tar"],
  [".zip", "zip"],
  // After the longer names that end in it.
  [".gz", "gzip"],
];

/** `frameworksHome` is what relative paths are relative to; empty: they are refused. */
export function planFetch(uri: CommandInfo_URI, frameworksHome: string): Result<FetchPlan> {
  const value = uri.value.trimStart();
  const name = basenameOf(value);
  if (name.error !== undefined) return name;
  const to = outputOf(uri.output_file ?? name.value);
  if (to.error !== undefined) return to;
  const from = sourceOf(value, frameworksHome);
  if (from.error !== undefined) return from;
  const isExecutable = uri.executable ?? false;
  // An executable is never unpacked, whatever its name ends in.
  const isUnpacked = !isExecutable && (uri.extract ?? true);
  return {
    value: {
      shown: withoutPassword(value),
      from: from.value,
      to: to.value,
      isExecutable,
      archive: isUnpacked ? archiveKindOf(to.value) : undefined,
    },
  };
}

function archiveKindOf(path: string): ArchiveKind | undefined {
  return archiveSuffixes.find(([suffix]) => path.endsWith(suffix))?.[1];
}

/** As in Mesos, a query (`?a=b`) is part of the name. */
function basenameOf(uri: string): Result<string> {
  if (/[\\'\0]/.test(uri)) return { error: "Illegal characters in URI" };
  const index = uri.indexOf("://");
  const path = index > 1 ? uri.slice(index + 3) : uri;
  if (index > 1 && !/\/./.test(path)) return { error: `Malformed URI (missing path): ${uri}` };
  const name = path.slice(path.lastIndexOf("/") + 1);
  return name === "" || name === "." || name === ".."
    ? { error: `Malformed URI (it names no file): ${uri}` }
    : { value: name };
}

function outputOf(path: string): Result<string> {
  if (path === "") return { error: "URI output file path is empty" };
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  const isInside = !path.startsWith("/") && !parts.includes("..") && parts.length > 0;
  if (!isInside || path.includes("\0")) {
    return { error: `URI output file must be within the sandbox directory: '${path}'` };
  }
  return { value: parts.join("/") };
}

function sourceOf(uri: string, frameworksHome: string): Result<FetchPlan["from"]> {
  if (/^https?:\/\//.test(uri)) {
    return URL.canParse(uri)
      ? { value: { kind: "http", url: uri } }
      : { error: "Malformed URI (it is no URL)" };
  }
  const isFileUri = uri.startsWith("file://");
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(uri)?.[1];
  if (scheme !== undefined && !isFileUri) {
    return {
      error: `URIs of scheme '${scheme}' are not supported; use http, https, file or a path on the agent`,
    };
  }
  const path = isFileUri ? uri.slice("file://".length).replace(/^localhost/, "") : uri;
  if (path.startsWith("/")) return { value: { kind: "local", path } };
  if (isFileUri) return { error: "File URI only supports absolute paths" };
  if (frameworksHome === "") {
    return {
      error:
        "A relative path was passed for the resource but --frameworks_home was not specified; give it, or use an absolute path",
    };
  }
  return { value: { kind: "local", path: `${frameworksHome.replace(/\/+$/, "")}/${path}` } };
}

function withoutPassword(uri: string): string {
  return uri.replace(/^([A-Za-z][A-Za-z0-9+.-]*:\/\/)[^/@]*@/, "$1***@");
}
