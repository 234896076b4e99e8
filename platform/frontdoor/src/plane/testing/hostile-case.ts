/** A request that somebody could send to be understood differently by us and by an instance. */

export interface HostileCase {
  readonly title: string;
  /** Where it was published, or which rule it breaks. */
  readonly source: string;
  /** As sent, latin1. `/smuggled` is a path that the plane never hands on: who sees it was tricked. */
  readonly bytes: string;
  /**
   * "refused": no plane may hand it on, by the RFC's MUST. "dubious": a strict plane refuses it; one that
   * repairs it must hand on one request that has one reading. "fine": it only looks strange.
   */
  readonly kind: "refused" | "dubious" | "fine";
}

const host = "Host: www.example.com\r\n";

/** A request whose body, to somebody, is the next request. */
export function withSmuggled(fields: string, before = ""): string {
  const smuggled = "GET /smuggled HTTP/1.1\r\nHost: www.example.com\r\n\r\n";
  return `POST /hostile HTTP/1.1\r\n${host}${fields}\r\n${before}${smuggled}`;
}

export function get(target: string, fields = ""): string {
  return `GET ${target} HTTP/1.1\r\n${host}${fields}\r\n`;
}

export function chunkedPost(body: string, fields = ""): string {
  return `POST /hostile HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n${fields}\r\n${body}`;
}
