/**
 * The media type of a file that is downloaded, by the end of its name.
 */

/** Those of libprocess that a sandbox is likely to hold. */
const types: Readonly<Record<string, string>> = {
  ".bz2": "application/x-bzip2",
  ".css": "text/css",
  ".csv": "text/csv",
  ".gif": "image/gif",
  ".gz": "application/x-gzip",
  ".htm": "text/html",
  ".html": "text/html",
  ".jar": "application/java-archive",
  ".jpeg": "image/jpeg",
  ".jpg": "image/jpeg",
  ".js": "application/javascript",
  ".json": "application/json",
  ".pdf": "application/pdf",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".tar": "application/x-tar",
  ".txt": "text/plain",
  ".xml": "application/xml",
  ".zip": "application/zip",
};

/** `extension` with its dot; unknown ones are bytes. */
export function mediaTypeOf(extension: string): string {
  return types[extension.toLowerCase()] ?? "application/octet-stream";
}
