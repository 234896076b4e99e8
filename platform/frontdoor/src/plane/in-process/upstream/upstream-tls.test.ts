import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { createServer, getCACertificates, setDefaultCACertificates } from "node:tls";
import { request } from "../../testing/contract-test.ts";
import { planeFixture } from "../../testing/plane-fixture.ts";
import { plainAnswer } from "../../testing/raw-backend.ts";
import { certificateFolder } from "../../testing/test-certificates.ts";
import { createInProcessPlane } from "../create-in-process-plane.ts";

test("an instance with TLS is asked by its name, and only where its certificate is trusted", async (context) => {
  const folder = await certificateFolder();
  if (folder === undefined) return context.skip("openssl");
  context.after(() => folder.remove());
  await folder.write("a", ["localhost"]);
  const pem = await readFile(join(folder.path, "a.pem"), "utf8");
  const names: unknown[] = [];
  const server = createServer({ cert: pem, key: pem }, (socket) => {
    names.push(socket.servername);
    socket.on("data", () => socket.write(plainAnswer("secure")));
    socket.on("error", () => {});
  });
  server.on("tlsClientError", () => {});
  server.listen(0, "localhost");
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  const fixture = await planeFixture(context, createInProcessPlane);
  assert.ok(fixture !== undefined, "this plane is always there");
  await fixture.serve({ web: [{ uri: `https://localhost:${port}` }] });
  await fixture.rules("REQUEST_URI=/* passthru web");
  const before = getCACertificates("default");
  context.after(() => {
    setDefaultCACertificates(before);
    server.close();
  });
  const asked = fixture.client();
  asked.write(request("/x"));
  assert.equal((await asked.answer()).status, 503);
  setDefaultCACertificates([...before, pem]);
  asked.write(request("/x"));
  assert.equal((await asked.answer()).body, "secure");
  assert.equal(names.at(-1), "localhost");
});
