/**
 * How much one instance and one request may ask for.
 *
 * The amounts of an instance are in cpus and megabytes; those of a request are an instance's times the
 * number of instances.
 */

import type { Deploy } from "../model/deploy.ts";
import type { Request } from "../model/request.ts";
import { instancesOf } from "../requests/long-running.ts";
import type { Quotas } from "../scheduler-config.ts";
import { when } from "./rules.ts";

interface Quota {
  readonly amount: number;
  readonly perInstance: number;
  readonly perRequest: number;
  readonly tooMuch: string;
  readonly perInstanceName: string;
  readonly perRequestName: string;
}

/** The sentence that refuses what the deploy's tasks need, were they as many as the request says. */
export function quotaSentence(
  request: Request,
  deploy: Deploy,
  quotas: Quotas,
): string | undefined {
  const needed = deploy.resources ?? {
    cpus: quotas.defaultCpus,
    memoryMb: quotas.defaultMemoryMb,
    diskMb: quotas.defaultDiskMb,
  };
  return (
    when(!(needed.cpus > 0), "Request must have more than 0 cpus") ??
    when(!(needed.memoryMb > 0), "Request must have more than 0 memoryMb") ??
    when(!(needed.diskMb >= 0), "Request must have non-negative diskMb") ??
    when((deploy.resources?.numPorts ?? 0) < 0, "Request must have a non-negative numPorts") ??
    exceeded(request, deploy, {
      amount: needed.cpus,
      perInstance: quotas.maxCpusPerInstance,
      perRequest: quotas.maxCpusPerRequest,
      tooMuch: "too many cpus",
      perInstanceName: "maxCpusPerInstance",
      perRequestName: "cpusPerRequest",
    }) ??
    exceeded(request, deploy, {
      amount: needed.memoryMb,
      perInstance: quotas.maxMemoryMbPerInstance,
      perRequest: quotas.maxMemoryMbPerRequest,
      tooMuch: "too much memoryMb",
      perInstanceName: "maxMemoryMbPerInstance",
      perRequestName: "maxMemoryMbPerRequest",
    }) ??
    exceeded(request, deploy, {
      amount: needed.diskMb,
      perInstance: quotas.maxDiskMbPerInstance,
      perRequest: quotas.maxDiskMbPerRequest,
      tooMuch: "too much diskMb",
      perInstanceName: "maxDiskMbPerInstance",
      perRequestName: "maxDiskMbPerRequest",
    })
  );
}

function exceeded(request: Request, deploy: Deploy, quota: Quota): string | undefined {
  const instances = instancesOf(request);
  const { amount, tooMuch } = quota;
  const uses = `Deploy ${deploy.id} uses ${tooMuch}`;
  return (
    when(
      amount > quota.perInstance,
      `${uses} ${amount} (${quota.perInstanceName} ${quota.perInstance} in mesos configuration)`,
    ) ??
    when(
      amount * instances > quota.perRequest,
      `${uses} ${amount * instances} (${amount}*${instances}) (${quota.perRequestName} ${quota.perRequest} in mesos configuration)`,
    )
  );
}
