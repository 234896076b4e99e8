/** Where a redirect to the leader leads: absolute, or protocol-relative as Mesos writes it. */

import { CodedError } from "@tavola/base";

/** `http://host:port`. Throws CodedError REDIRECT_MALFORMED. */
export function originOf(location: string): string {
  const url = URL.parse(location, "http://unknown.invalid");
  if (url === null || url.hostname === "unknown.invalid" || url.protocol !== "http:") {
    throw new CodedError(
      "REDIRECT_MALFORMED",
      `the master redirects to "${location}", which is no address of a leader`,
      { location },
    );
  }
  return url.origin;
}
