/** Whether this machine has HAProxy; a test without it says which package is missing. */

import { existsSync } from "node:fs";

const binary = "/usr/sbin/haproxy";

/** For `test`'s `skip`. */
export const haproxyMissing: string | false = existsSync(binary)
  ? false
  : `${binary} is missing: apt-get install haproxy`;

export const haproxyBinary = binary;
