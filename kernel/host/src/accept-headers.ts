/**
 * Whether a list header (`Accept-Encoding: gzip;q=0.5, *`) admits a value. RFC 9110, 12.5.
 */

/** False when the header is absent or empty: then nothing but the plain form was asked for. */
export function acceptsEncoding(header: string | undefined, encoding: string): boolean {
  if (header === undefined || header === "") return false;
  return admits(header, [encoding, "*"]);
}

/** True when the header is absent: then every media type will do. */
export function acceptsMediaType(header: string | undefined, mediaType: string): boolean {
  if (header === undefined || header === mediaType) return true;
  const [type] = mediaType.split("/");
  return admits(header, [mediaType, `${type}/*`, "*/*"]);
}

/** The most specific candidate that the header names decides, by its `q`. */
function admits(header: string, candidates: readonly string[]): boolean {
  const entries = header.replaceAll(/[ \t]/g, "").toLowerCase().split(",");
  for (const candidate of candidates) {
    for (const entry of entries) {
      const [name, ...parameters] = entry.split(";");
      if (name !== candidate.toLowerCase()) continue;
      const quality = parameters.find((parameter) => parameter.startsWith("q="));
      return quality === undefined || Number(quality.slice(2)) > 0;
    }
  }
  return false;
}
