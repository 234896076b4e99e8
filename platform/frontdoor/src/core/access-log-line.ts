/**
 * A request as a line of the access log: Apache's combined form, or JSON with all that is known.
 * What a client sent cannot end the line, nor look like another field.
 */

import type { EndedRequest } from "../plane/data-plane.ts";

/** What a client may make a field long by. */
const fieldCharactersMax = 2048;

/** `endedAt`: ISO 8601. Without a line end. */
export function formatJsonLine(request: EndedRequest, endedAt: string): string {
  const { durationMs, ...rest } = request;
  const shown = Object.fromEntries(
    Object.entries(rest).map(([name, value]) => [
      name,
      typeof value === "string" ? value.slice(0, fieldCharactersMax) : value,
    ]),
  );
  return JSON.stringify({
    time: endedAt,
    ...shown,
    durationMs: Math.round(durationMs * 1000) / 1000,
  });
}

/**
 *     192.0.2.1 - - [21/Nov/2026:12:47:15 +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8" host line service instance ms
 *
 * Combined, and after it five fields of ours, as readers of that form pass over what follows.
 */
export function formatCombinedLine(request: EndedRequest, endedAt: string): string {
  const { method, uri, protocol = "HTTP/1.1", host, line, service, instance } = request;
  const start = `${quoted(method)} ${quoted(uri)} ${protocol}`;
  return [
    `${request.remoteAddress} - - [${apacheTime(endedAt)}]`,
    `"${start}" ${request.status} ${request.responseBytes === 0 ? "-" : request.responseBytes}`,
    `"${quoted(request.referer ?? "-")}" "${quoted(request.userAgent ?? "-")}"`,
    `"${quoted(host)}" ${line ?? "-"} ${service ?? "-"} "${quoted(instance ?? "-")}"`,
    `${request.durationMs.toFixed(3)}`,
  ].join(" ");
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function apacheTime(iso: string): string {
  const [date = "", time = ""] = iso.split("T");
  const [year, month, day] = date.split("-");
  return `${day}/${months[Number(month) - 1]}/${year}:${time.slice(0, 8)} +0000`;
}

/** As Apache escapes: `\x0a`, `\"`, `\\`. */
function quoted(text: string): string {
  let escaped = "";
  for (const character of text.slice(0, fieldCharactersMax)) {
    const code = character.charCodeAt(0);
    if (character === '"' || character === "\\") escaped += `\\${character}`;
    else if (code < 0x20 || code === 0x7f) escaped += `\\x${code.toString(16).padStart(2, "0")}`;
    else escaped += character;
  }
  return escaped;
}
