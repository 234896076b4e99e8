/**
 * The part of etcd's v3 API that we speak, as its JSON gateway writes it.
 *
 * 64-bit numbers are strings, bytes are base64, and what is zero or empty is left out (etcd 3.4,
 * Documentation/dev-guide/api_grpc_gateway.md and rpc.proto). Shapes only.
 */

export interface Header {
  readonly revision?: string;
  readonly raft_term?: string;
}

export interface KeyValue {
  readonly key: string;
  readonly value?: string;
  /** 1 when the key was made, one more with every write. */
  readonly version?: string;
  readonly mod_revision?: string;
  readonly lease?: string;
}

export interface RangeRequest {
  readonly key: string;
  readonly range_end?: string;
  readonly keys_only?: boolean;
  readonly limit?: string;
  /** As of then; absent means now. */
  readonly revision?: string;
}

export interface RangeResponse {
  readonly header?: Header;
  readonly kvs?: readonly KeyValue[];
}

export interface PutRequest {
  readonly key: string;
  readonly value: string;
  readonly lease?: string;
  /** Keeps the lease that the key hangs on; the key must be there. */
  readonly ignore_lease?: boolean;
}

/** One thing that must hold for a transaction's `success` to be done. */
export type Compare = {
  readonly key: string;
  readonly range_end?: string;
  readonly result: "EQUAL" | "GREATER" | "LESS";
} & (
  | { readonly target: "VERSION"; readonly version: string }
  | { readonly target: "CREATE"; readonly create_revision: string }
  | { readonly target: "MOD"; readonly mod_revision: string }
  | { readonly target: "LEASE"; readonly lease: string }
);

export type RequestOperation =
  | { readonly request_range: RangeRequest }
  | { readonly request_put: PutRequest }
  | { readonly request_delete_range: { readonly key: string } };

export interface TransactionRequest {
  readonly compare?: readonly Compare[];
  readonly success: readonly RequestOperation[];
  readonly failure?: readonly RequestOperation[];
}

export interface TransactionResponse {
  readonly header?: Header;
  readonly succeeded?: boolean;
  readonly responses?: readonly { readonly response_range?: RangeResponse }[];
}

export interface LeaseResponse {
  readonly header?: Header;
  readonly ID?: string;
  /** Seconds; absent from a keep-alive's answer when the lease is over. */
  readonly TTL?: string;
}

export interface WatchResponse {
  readonly header?: Header;
  readonly created?: boolean;
  readonly canceled?: boolean;
  readonly cancel_reason?: string;
  /** Set when the revision asked for is no more. */
  readonly compact_revision?: string;
  readonly events?: readonly unknown[];
}

/** What a streaming call answers, one a line. */
export interface StreamLine<T> {
  readonly result?: T;
  readonly error?: { readonly message?: string; readonly grpc_code?: number };
}

/** What a call answers that failed. */
export interface ErrorAnswer {
  readonly error?: string;
  readonly message?: string;
  /** gRPC's status code; absent when the gateway did not write it. */
  readonly code?: number;
  /** Of HTTP; added by the client. */
  readonly httpStatus?: number;
}

export const equals = "EQUAL" as const;

export function bytesToText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

export function textToBytes(text: string | undefined): Uint8Array {
  return Uint8Array.from(Buffer.from(text ?? "", "base64"));
}
