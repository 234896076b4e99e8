/** The door of `@tavola/test-servers`: real ZooKeeper and etcd, on loopback, for a test's while. */

export type { Ensemble, ServerPlace, TestServer } from "./ensemble.ts";
export type { EtcdOptions } from "./etcd.ts";
export { findEtcd, startEtcd } from "./etcd.ts";
export type { ZooKeeperOptions } from "./zookeeper.ts";
export { askZooKeeper, findZooKeeper, startZooKeeper } from "./zookeeper.ts";
