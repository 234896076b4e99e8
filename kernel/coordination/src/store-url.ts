/**
 * How a store is named on a command line: `--zk`, and an agent's or a tool's `--master`.
 *
 *     zk://[user:password@]host1:port1,host2:port2/path    ZooKeeper; the port is 2181 where it is not said
 *     etcd://[user:password@]host1:port1,host2:port2/path  etcd; 2379
 *     sqlite:///absolute/file.db                           embedded, for one machine
 *
 * `file:///path` holds one of these on its first line, as Mesos has it for passwords.
 */

import type { Result } from "@tavola/base";
import type { StorePath } from "./coordination.ts";

export interface StoreUrl {
  readonly scheme: "zk" | "etcd" | "sqlite";
  readonly servers: readonly { readonly host: string; readonly port: number }[];
  readonly credentials: { readonly user: string; readonly password: string } | undefined;
  /** Of the group of masters; `/mesos`. For SQLite always `/mesos`. */
  readonly path: StorePath;
  /** SQLite's file. */
  readonly file: string | undefined;
}

/** The error is one sentence that says what was expected. */
export type ParseStoreUrl = (text: string) => Result<StoreUrl, string>;
