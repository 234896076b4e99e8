/**
 * The machine's own gauges, under the names that every libprocess has.
 */

import { availableParallelism, freemem, loadavg, totalmem } from "node:os";
import type { Metrics } from "./metrics.ts";

/** Adds `system/cpus_total`, `system/load_{1,5,15}min`, `system/mem_{total,free}_bytes`. */
export function addSystemMetrics(metrics: Metrics): void {
  metrics.gauge("system/cpus_total", () => availableParallelism());
  metrics.gauge("system/load_1min", () => loadavg()[0] ?? 0);
  metrics.gauge("system/load_5min", () => loadavg()[1] ?? 0);
  metrics.gauge("system/load_15min", () => loadavg()[2] ?? 0);
  metrics.gauge("system/mem_total_bytes", () => totalmem());
  metrics.gauge("system/mem_free_bytes", () => freemem());
}
