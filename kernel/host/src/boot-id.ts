/**
 * Which boot of the machine this is: what tells a process that lives from one of before a reboot.
 */

import { readFileSync } from "node:fs";

/** Changes with every boot; undefined where there is no Linux. */
export function machineBootId(): string | undefined {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return undefined;
  }
}
