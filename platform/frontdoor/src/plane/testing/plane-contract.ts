/**
 * What any data plane does, in process or driven: one suite, run on each.
 *
 *     planeContract("in process", createInProcessPlane, { refusesAllDubious: true });
 */

import { describe } from "node:test";
import { bodyContract } from "./body-contract.ts";
import { faultsContract } from "./faults-contract.ts";
import { fieldsContract } from "./fields-contract.ts";
import { hostileContract } from "./hostile-contract.ts";
import { http2Contract } from "./http2-contract.ts";
import { instancesContract } from "./instances-contract.ts";
import type { CreatePlane } from "./plane-fixture.ts";
import { routingContract } from "./routing-contract.ts";
import { tlsContract } from "./tls-contract.ts";
import { tunnelContract } from "./tunnel-contract.ts";
import { webSocketHttp2Contract } from "./websocket-http2-contract.ts";

export interface ContractOptions {
  /** It repairs nothing: whatever a strict reader may refuse, it refuses. */
  readonly refusesAllDubious: boolean;
}

export function planeContract(name: string, create: CreatePlane, options: ContractOptions): void {
  describe(`a data plane ${name}`, () => {
    routingContract(create);
    instancesContract(create);
    fieldsContract(create);
    bodyContract(create);
    faultsContract(create);
    tunnelContract(create);
    http2Contract(create);
    webSocketHttp2Contract(create);
    tlsContract(create);
    hostileContract(create, options);
  });
}
