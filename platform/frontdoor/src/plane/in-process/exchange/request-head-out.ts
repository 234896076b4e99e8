/** The head that an instance gets, as text. */

import type { ClientRequest } from "../client/client-exchange.ts";
import { type RequestFieldsOptions, requestFieldsOut } from "../core/headers/request-fields-out.ts";
import { visibleUri } from "../core/headers/visible-uri.ts";
import type { UpstreamAddress } from "../upstream/upstream-address.ts";

export interface PreparedHead {
  /** For one instance or another: only its address differs. */
  textFor(address: UpstreamAddress): string;
  readonly traceParent: string;
}

export function prepareHead(
  request: ClientRequest,
  options: RequestFieldsOptions & { readonly uri: string },
): PreparedHead {
  const { uri } = options;
  const { lines, traceParent } = requestFieldsOut(request, options);
  const { method, authority } = request;
  return {
    traceParent,
    textFor({ pathPrefix, host, port }) {
      const name =
        authority === "" ? `${host.includes(":") ? `[${host}]` : host}:${port}` : authority;
      const target = uri === "*" ? uri : visibleUri(pathPrefix + uri);
      return `${method} ${target} HTTP/1.1\r\nhost: ${name}\r\n${lines}\r\n`;
    },
  };
}
