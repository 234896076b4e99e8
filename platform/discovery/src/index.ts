/** The door of `@tavola/discovery`. */

export { type DiscoveryFlags, discoveryFlags } from "./shell/discovery-flags.ts";
export {
  type DiscoveryOptions,
  type RunningDiscovery,
  startDiscovery,
} from "./shell/start-discovery.ts";
