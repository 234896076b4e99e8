/** The door of `@tavola/test-servers`: real ZooKeeper, etcd and PostgreSQL, on loopback, for a test's while. */

export type { Ensemble, ServerPlace, TestServer } from "./ensemble.ts";
export type { EtcdOptions } from "./etcd.ts";
export { findEtcd, startEtcd } from "./etcd.ts";
export type { Postgres, PostgresOptions } from "./postgres.ts";
export { findPostgres, startPostgres } from "./postgres.ts";
export type { ZooKeeperOptions } from "./zookeeper.ts";
export { askZooKeeper, findZooKeeper, startZooKeeper } from "./zookeeper.ts";
