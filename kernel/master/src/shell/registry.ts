/**
 * Where registry operations become durable before anybody is told.
 */

import { type Logger, type Metrics, silentLogger } from "@tavola/host";
import { formatV0MessageJson, internal, type MasterInfo } from "@tavola/protocol";
import {
  applyOperation,
  createRegistryState,
  mesosRegistryOf,
  type RegistryOperation,
  type RegistryState,
} from "@tavola/registry";

export interface Registry {
  /** Calls `onDurable` once; in the order of the calls. Never rejects: what cannot be written ends the master. */
  apply(operation: RegistryOperation, onDurable: () => void): void;
}

export interface Registrar extends Registry {
  /**
   * What there is, once no other master can change it any more and `leader` is recorded in it. The
   * state stays the registrar's: read it at once. Called once, before `apply`. Rejects with a
   * CodedError in a sentence that says the way out.
   */
  recover(leader: MasterInfo): Promise<RegistryState>;
  /** Resolves when nothing can be written any more: the master must end. Rejects with a bug of ours. */
  readonly failed: Promise<Error>;
  /** As `/registrar(1)/registry` shows it: Mesos's message, with the names of v0. Only what is durable. */
  json(): Promise<string>;
  /** Of what is stored. */
  readonly sizeBytes: number;
  /** Operations that wait to be written. */
  readonly queued: number;
  close(): void;
}

/** `--registry=in_memory`: it forgets with the master, so there is nothing to wait for. */
export function createInMemoryRegistrar(logger: Logger = silentLogger): Registrar {
  const state = createRegistryState();
  return {
    sizeBytes: 0,
    queued: 0,
    failed: new Promise(() => {}),
    apply(operation, onDurable) {
      const { error } = applyOperation(state, operation);
      if (error !== undefined)
        logger.warn({ operation: operation.kind, error }, "registry refused");
      onDurable();
    },
    async recover(leader) {
      applyOperation(state, { kind: "recordLeader", info: leader });
      return state;
    },
    json: async () => registryJson(state),
    close() {},
  };
}

/** Under Mesos's names, `registrar/log/*` only where there is one. `registrar`: undefined on a master that was not elected. */
export function addRegistrarMetrics(
  metrics: Metrics,
  registrar: () => Registrar | undefined,
  /** Servers of the store; undefined: the registry is in memory. */
  ensembleSize: number | undefined,
): void {
  metrics.gauge("registrar/queued_operations", () => registrar()?.queued ?? 0);
  metrics.gauge("registrar/registry_size_bytes", () => registrar()?.sizeBytes ?? 0);
  if (ensembleSize === undefined) return;
  metrics.gauge("registrar/log/recovered", () => (registrar() === undefined ? 0 : 1));
  metrics.gauge("registrar/log/ensemble_size", () => ensembleSize);
}

/** PERF: O(registry). */
export function registryJson(state: RegistryState): string {
  return formatV0MessageJson(internal.Registry, mesosRegistryOf(state));
}
