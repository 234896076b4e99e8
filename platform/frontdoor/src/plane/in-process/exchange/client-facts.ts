/** A client's request as rules look at it. */

import type { RequestFacts } from "../../../core/rule.ts";
import type { ClientRequest } from "../client/client-exchange.ts";
import { fieldValue } from "../core/message/field-list.ts";
import { hostName } from "../core/message/host-field.ts";

export class ClientFacts implements RequestFacts {
  readonly #request: ClientRequest;
  readonly host: string;
  readonly remoteAddress: string;

  constructor(request: ClientRequest) {
    this.#request = request;
    this.host = hostName(request.authority);
    this.remoteAddress = request.remoteAddress;
  }

  get method(): string {
    return this.#request.method;
  }

  get uri(): string {
    return this.#request.uri;
  }

  get isTls(): boolean {
    return this.#request.isTls;
  }

  get protocol(): string {
    return this.#request.protocol;
  }

  header(name: string): string | undefined {
    return fieldValue(this.#request.fields, name);
  }
}
