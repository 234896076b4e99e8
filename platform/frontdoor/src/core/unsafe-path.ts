/**
 * Paths with segments of dots, plain or escaped: whoever cleans them reads another resource than who does not.
 * No client's request comes so far with one; `/x../admin` is honest, and must not become `/y/../admin`.
 */

const dotSegment = /(?:^|\/|%2f|%5c|\\)(?:\.|%2e){1,2}(?:$|\/|%2f|%5c|\\|;)/i;

export function isUnsafePath(uri: string): boolean {
  const mark = uri.indexOf("?");
  return dotSegment.test(mark < 0 ? uri : uri.slice(0, mark));
}
