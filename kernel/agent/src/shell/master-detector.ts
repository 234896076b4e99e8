/**
 * Who leads: an interface for all the ways to find out, and the simplest of them.
 *
 * With `--master=host:port` the answer is known and never changes; ZooKeeper's comes with the package
 * `coordination`. A name is resolved, because messages carry addresses and are compared by them.
 */

import { lookup } from "node:dns/promises";
import { CodedError } from "@tavola/base";
import type { Upid } from "@tavola/protocol";

export interface DetectedMaster {
  readonly upid: Upid;
  readonly hostname: string;
}

export interface MasterDetector {
  /** Calls back with every change, the first answer included; undefined: nobody leads. */
  watch(onChange: (master: DetectedMaster | undefined) => void): void;
  close(): void;
}

/** `address` is `host:port` or `master@host:port`. Rejects with CodedError UNKNOWN_HOST. */
export async function detectFixedMaster(address: string): Promise<MasterDetector> {
  const text = address.startsWith("master@") ? address.slice("master@".length) : address;
  const colon = text.lastIndexOf(":");
  const hostname = text.slice(0, colon);
  const host = await resolve(hostname);
  const upid: Upid = { id: "master", host, port: Number(text.slice(colon + 1)) };
  return {
    watch(onChange) {
      onChange({ upid, hostname });
    },
    close() {},
  };
}

async function resolve(hostname: string): Promise<string> {
  try {
    return (await lookup(hostname, { family: 4 })).address;
  } catch (cause) {
    throw new CodedError(
      "UNKNOWN_HOST",
      `cannot find the master's address: ${hostname}`,
      { hostname },
      { cause },
    );
  }
}
