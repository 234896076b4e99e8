/** TLS: which certificate, which protocol, and new certificates without a dropped connection. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, test } from "node:test";
import { connect, type TLSSocket } from "node:tls";
import { Agent } from "undici";
import { connectHttp2 } from "./http2-client.ts";
import { firstValue } from "./message-reader.ts";
import { type CreatePlane, type PlaneFixture, planeFixture } from "./plane-fixture.ts";
import { type CertificateFolder, certificateFolder } from "./test-certificates.ts";
import { waitFor } from "./wait-for.ts";
import { talk } from "./websocket-http2-contract.ts";

interface TlsFixture extends PlaneFixture {
  readonly certificates: CertificateFolder;
  readonly url: string;
}

export function tlsContract(create: CreatePlane): void {
  describe("TLS", () => {
    const tlsTest = (title: string, run: (fixture: TlsFixture) => Promise<void>): void => {
      test(title, async (context) => {
        const certificates = await certificateFolder();
        if (certificates === undefined) return context.skip("openssl");
        context.after(() => certificates.remove());
        await certificates.write("a", ["a.example.com", "*.wild.example.com"]);
        await certificates.write("b", ["b.example.com"]);
        const fixture = await planeFixture(context, create, {
          listen: {
            ...{ ip: "127.0.0.1", httpPort: undefined, httpsPort: 0 },
            certificates: [certificates.path],
          },
        });
        if (fixture === undefined) return;
        const url = fixture.plane.urls[0] as string;
        assert.match(url, /^https:/);
        await run({ ...fixture, certificates, url });
      });
    };

    tlsTest("the certificate is the one of the name that is asked for", async ({ url }) => {
      const names: string[] = [];
      for (const name of [
        "b.example.com",
        "a.example.com",
        "x.wild.example.com",
        "B.EXAMPLE.COM",
      ]) {
        const socket = await secure(url, name);
        names.push(commonName(socket));
        socket.destroy();
      }
      assert.deepEqual(names, ["b.example.com", "a.example.com", "a.example.com", "b.example.com"]);
    });

    tlsTest(
      "who asks for a name that is not there, or for none, gets the first",
      async ({ url }) => {
        for (const name of ["other.example.com", undefined]) {
          const socket = await secure(url, name);
          assert.equal(commonName(socket), "a.example.com");
          socket.destroy();
        }
      },
    );

    tlsTest("HTTP/1.1 and HTTP/2, as the client wants; instances hear of it", async (fixture) => {
      const backend = await fixture.backend({ name: "web" });
      await fixture.serve({ web: [backend] });
      await fixture.rules("HTTPS=on passthru web");
      const client = connectHttp2(fixture.url, "a.example.com");
      try {
        assert.equal((await client.ask({ ":path": "/2" })).body, "web");
      } finally {
        client.close();
      }
      const socket = await secure(fixture.url, "a.example.com", ["http/1.1"]);
      assert.equal(socket.alpnProtocol, "http/1.1");
      assert.match(await askOver(socket, "/1"), /web$/);
      socket.destroy();
      const seen = backend.requests();
      assert.deepEqual(seen.map(({ target }) => target).toSorted(), ["/1", "/2"]);
      for (const { fields } of seen) assert.equal(firstValue(fields, "x-forwarded-proto"), "https");
    });

    tlsTest(
      "WebSocket over HTTP/2, between a client and a server that others wrote",
      async (on) => {
        const connect = { rejectUnauthorized: false, servername: "a.example.com" };
        await talk(on, new Agent({ allowH2: true, connect }));
      },
    );

    tlsTest("new certificates are for new connections; those that are stay", async (fixture) => {
      await fixture.rules("REQUEST_URI=/* respond 200 fine");
      const before = await secure(fixture.url, "b.example.com");
      assert.match(await askOver(before, "/1"), /fine$/);
      await fixture.certificates.write("b", ["c.example.com", "b.example.com"]);
      await fixture.plane.reloadCertificates();
      const after = await secure(fixture.url, "b.example.com");
      assert.equal(commonName(after), "c.example.com");
      assert.match(await askOver(before, "/2"), /fine$/);
      before.destroy();
      after.destroy();
    });

    tlsTest("what is no certificate is refused, and the former stay", async (fixture) => {
      await fixture.certificates.writeGarbage("b");
      await assert.rejects(fixture.plane.reloadCertificates());
      const socket = await secure(fixture.url, "b.example.com");
      assert.equal(commonName(socket), "b.example.com");
      socket.destroy();
    });
  });
}

async function secure(
  url: string,
  servername: string | undefined,
  ALPNProtocols = ["http/1.1"],
): Promise<TLSSocket> {
  const { hostname, port } = new URL(url);
  const name = servername === undefined ? {} : { servername };
  const target = { host: hostname, port: Number(port), rejectUnauthorized: false };
  const socket = connect({ ...target, ALPNProtocols, ...name });
  await once(socket, "secureConnect");
  socket.on("error", () => {});
  return socket;
}

function commonName(socket: TLSSocket): string {
  return String(socket.getPeerCertificate().subject.CN);
}

/** All of the answer to a GET; its body is as long as it says. */
async function askOver(socket: TLSSocket, target: string): Promise<string> {
  let received = "";
  const listen = (bytes: Buffer): void => {
    received += bytes.toString("latin1");
  };
  socket.on("data", listen);
  socket.write(`GET ${target} HTTP/1.1\r\nHost: a.example.com\r\n\r\n`);
  await waitFor(
    () => {
      const length = /content-length: (\d+)/i.exec(received)?.[1];
      const end = received.indexOf("\r\n\r\n");
      return end > 0 && length !== undefined && received.length === end + 4 + Number(length);
    },
    () => `an answer; got ${received}`,
  );
  socket.off("data", listen);
  return received;
}
