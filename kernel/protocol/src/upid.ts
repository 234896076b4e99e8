/**
 * Addresses of libprocess actors: `id@ip:port`, as in `slave(1)@10.0.0.1:5051`.
 */

export interface Upid {
  readonly id: string;
  /** IPv4 (or bracketless IPv6) address; what to connect to. */
  readonly host: string;
  readonly port: number;
}

/** undefined when `text` is not an address. The empty string is not one. */
export function parseUpid(text: string): Upid | undefined {
  const at = text.indexOf("@");
  const colon = text.lastIndexOf(":");
  if (at <= 0 || colon <= at + 1) return undefined;
  const digits = text.slice(colon + 1);
  const port = Number(digits);
  if (!/^\d{1,5}$/.test(digits) || port > 65_535) return undefined;
  return { id: text.slice(0, at), host: text.slice(at + 1, colon), port };
}

export function formatUpid(upid: Upid): string {
  return `${upid.id}@${upid.host}:${upid.port}`;
}
