/**
 * An executor host that hosts nothing: it answers as the real one does, ends containers when it is
 * told to, and ends itself when nobody listens to it any more. `--runtime_dir=…` is its argument.
 */

import { asId, type ContainerId } from "@tavola/base";
import { type StreamSink, serveUnixSocket } from "@tavola/host";
import {
  type ContainerRequest,
  hostPaths,
  writeHostedEnd,
} from "../executor-host/host-protocol.ts";
import { socketAddress } from "../executor-host/socket-address.ts";
import { containerDirectory, hostSocketPath } from "../runtime-directory.ts";

const runtimeDir = process.argv[2]?.replace("--runtime_dir=", "") ?? "";
const listeners = new Set<StreamSink>();

async function end(body: Uint8Array): Promise<void> {
  const { container_id } = JSON.parse(Buffer.from(body).toString("utf8")) as ContainerRequest;
  await writeHostedEnd(containerDirectory(runtimeDir, asId<ContainerId>(container_id)), {
    status: 9,
  });
  for (const sink of listeners) sink.write(`${JSON.stringify({ kind: "ended", container_id })}\n`);
}

const server = await serveUnixSocket(socketAddress(hostSocketPath(runtimeDir)), async (request) => {
  if (request.path !== hostPaths.events) {
    if (request.path === hostPaths.end) await end(await request.body());
    return { status: 200 };
  }
  return {
    status: 200,
    stream: (sink) => {
      listeners.add(sink);
      sink.write(`${JSON.stringify({ kind: "hosting", pid: process.pid })}\n`);
      clearTimeout(loneliness);
      sink.onClose(() => {
        listeners.delete(sink);
        if (listeners.size === 0) void server.close();
      });
    },
  };
});

// Whoever started it died before it could listen.
const loneliness = setTimeout(() => void server.close(), 10_000);
