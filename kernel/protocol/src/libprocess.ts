/**
 * libprocess framing: a message is an HTTP POST to /<id>/<name>. STUB of signatures; replaced.
 */
import type { Result } from "@tavola/base";
import type { Upid } from "./upid.ts";

export interface LibprocessMessage {
  /** Text form, `id@ip:port`. */
  readonly from: string;
  /** Process id of the receiver, percent-decoded. */
  readonly to: string;
  /** Fully qualified protobuf name, e.g. `mesos.internal.RegisterSlaveMessage`. */
  readonly name: string;
  readonly body: Uint8Array;
}

export function encodeLibprocessMessage(
  _from: Upid,
  _to: Upid,
  _name: string,
  _body: Uint8Array,
): Uint8Array {
  throw new Error("not there yet");
}

/** One connection's incoming side: bytes in, whole messages out. */
export class LibprocessDecoder {
  push(_chunk: Uint8Array): Result<LibprocessMessage[]> {
    throw new Error("not there yet");
  }
}
