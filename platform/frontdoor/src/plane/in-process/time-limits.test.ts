import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, type TestContext, test } from "node:test";
import { type SimulatedClock, simulatedClock } from "@tavola/host";
import { post, request } from "../testing/contract-test.ts";
import { connectHttp2 } from "../testing/http2-client.ts";
import { firstValue } from "../testing/message-reader.ts";
import { type PlaneFixture, planeFixture } from "../testing/plane-fixture.ts";
import { type BackendOptions, plainAnswer, type RawBackend } from "../testing/raw-backend.ts";
import { waitFor } from "../testing/wait-for.ts";
import { switchedTo, webSocketRequest } from "../testing/websocket-words.ts";
import { ejectionSettings } from "./core/balance/ejection.ts";
import { createInProcessPlane } from "./create-in-process-plane.ts";

interface TimedFixture extends PlaneFixture {
  readonly clock: SimulatedClock;
}

const timeouts = { requestHeadMs: 1000, bodyIdleMs: 2000, keepAliveMs: 3000, tunnelIdleMs: 4000 };

async function timed(context: TestContext): Promise<TimedFixture> {
  const clock = simulatedClock();
  const fixture = await planeFixture(context, createInProcessPlane, { clock, timeouts });
  assert.ok(fixture !== undefined, "this plane is always there");
  // Whoever ends a test at once waits for time to pass all the same.
  const { plane } = fixture;
  const close = plane.close.bind(plane);
  plane.close = (options) => {
    const closed = close(options);
    if (options.drainMs === 0) clock.advance(0);
    return closed;
  };
  return { ...fixture, clock };
}

async function web(fixture: TimedFixture, options: BackendOptions = {}): Promise<RawBackend> {
  const backend = await fixture.backend(options);
  await fixture.serve({ web: [backend] });
  await fixture.rules("REQUEST_URI=/* passthru web");
  return backend;
}

/** Lets the time pass a little at each look, because nobody can see when the plane began to wait. */
function passes(fixture: TimedFixture, isOver: () => boolean, what: string): Promise<void> {
  return waitFor(
    () => {
      fixture.clock.advance(20);
      return isOver();
    },
    () => what,
  );
}

describe("a slow client", () => {
  test("whose head does not come is told 408, however it trickles", async (context) => {
    const fixture = await timed(context);
    const asked = fixture.client();
    asked.write("GET / HTTP/1.1\r\nX: ");
    const trickles = (): boolean => {
      if (!asked.isOver) asked.write("y");
      return asked.isOver;
    };
    await passes(fixture, trickles, "the connection's end");
    assert.match(asked.received, /^HTTP\/1\.1 408 /);
  });

  test("who says nothing at all is cut off", async (context) => {
    const fixture = await timed(context);
    const asked = fixture.client();
    await passes(fixture, () => asked.isOver, "the connection's end");
    assert.equal(asked.received, "");
  });

  test("whose body stops coming is told 408, and the instance is cut off", async (context) => {
    const fixture = await timed(context);
    const backend = await web(fixture);
    const asked = fixture.client();
    asked.write(request("/x", "Content-Length: 10\r\n", "POST"));
    asked.write("half");
    await waitFor(
      () => backend.received().endsWith("half"),
      () => "half of it",
    );
    fixture.clock.advance(timeouts.bodyIdleMs + 1);
    assert.match(await asked.ended(), /^HTTP\/1\.1 408 /);
    await waitFor(
      () => backend.connections.open === 0,
      () => "the instance's connection to end",
    );
  });

  test("who does not read its answer is cut off", async (context) => {
    const fixture = await timed(context);
    const body = "x".repeat(64 * 1024 * 1024);
    const backend = await web(fixture, {
      answer: (_seen, socket) => socket.write(plainAnswer(body)),
    });
    const asked = fixture.client();
    asked.socket.pause();
    asked.write(request("/x"));
    await waitFor(
      () => backend.requests().length === 1,
      () => "the request",
    );
    const isCut = (): boolean => backend.connections.open === 0;
    await passes(fixture, isCut, "the instance's connection to end");
    await waitFor(
      () => fixture.ended.length === 1,
      () => "the observer",
    );
    assert.ok((fixture.ended[0]?.responseBytes ?? 0) < body.length);
  });

  test("who keeps a connection without a request is cut off", async (context) => {
    const fixture = await timed(context);
    await web(fixture);
    const asked = fixture.client();
    asked.write(request("/x"));
    assert.equal((await asked.answer()).status, 200);
    fixture.clock.advance(timeouts.keepAliveMs - 1);
    asked.write(request("/y"));
    assert.equal((await asked.answer()).status, 200);
    fixture.clock.advance(timeouts.keepAliveMs + 1);
    await asked.ended();
  });
});

describe("a slow instance", () => {
  test("that does not answer: 504 after its rule's time", async (context) => {
    const fixture = await timed(context);
    const backend = await web(fixture, { answer: () => {} });
    await fixture.rules("REQUEST_URI=/* passthru web timeout=5s");
    const asked = fixture.client();
    asked.write(request("/x"));
    await waitFor(
      () => backend.requests().length === 1,
      () => "the request",
    );
    fixture.clock.advance(4999);
    assert.deepEqual(fixture.ended, []);
    fixture.clock.advance(2);
    assert.equal((await asked.answer()).status, 504);
  });

  test("whose body stops coming: the client is cut off", async (context) => {
    const fixture = await timed(context);
    await web(fixture, {
      answer: (_seen, socket) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
    });
    const asked = fixture.client();
    asked.write(request("/x"));
    await asked.until((text) => text.endsWith("half"));
    fixture.clock.advance(timeouts.bodyIdleMs + 1);
    assert.ok((await asked.ended()).endsWith("half"));
    assert.match(fixture.ended[0]?.failure ?? "", /stopped/);
  });

  test("that was withdrawn is cut off when its time is over", async (context) => {
    const fixture = await timed(context);
    const backend = await web(fixture, { answer: () => {} });
    const asked = fixture.client();
    asked.write(request("/x"));
    await waitFor(
      () => backend.requests().length === 1,
      () => "the request",
    );
    await fixture.serve({ web: [] });
    assert.deepEqual(
      fixture.plane.health().map(({ state }) => state),
      ["draining"],
    );
    fixture.clock.advance(30_001);
    assert.equal((await asked.answer()).status, 502);
    assert.deepEqual(fixture.plane.health(), []);
  });
});

describe("a tunnel", () => {
  const upgrade =
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

  async function isCutWhenSilent(
    fixture: TimedFixture,
    backend: RawBackend,
    say: (text: string) => void,
  ): Promise<void> {
    const { clock } = fixture;
    clock.advance(timeouts.tunnelIdleMs - 1);
    say("still here");
    await waitFor(
      () => backend.received().endsWith("still here"),
      () => "what the client says",
    );
    clock.advance(timeouts.tunnelIdleMs - 1);
    assert.equal(backend.connections.open, 1);
    assert.equal(fixture.ended.length, 0);
    clock.advance(2);
    await waitFor(
      () => backend.connections.open === 0 && fixture.ended.length === 1,
      () => "the tunnel's end",
    );
    assert.equal(fixture.ended[0]?.status, 101);
  }

  test("that is silent both ways is cut off", async (context) => {
    const fixture = await timed(context);
    const backend = await web(fixture, {
      answer: (seen, socket) => socket.write(switchedTo(seen)),
    });
    const asked = fixture.client();
    asked.write(request("/x", upgrade));
    await asked.until((text) => text.includes(" 101 "));
    await isCutWhenSilent(fixture, backend, (text) => asked.write(text));
    await asked.ended();
  });

  test("over HTTP/2 likewise", async (context) => {
    const fixture = await timed(context);
    const backend = await web(fixture, {
      answer: (seen, socket) => socket.write(switchedTo(seen)),
    });
    const client = connectHttp2(fixture.plane.urls[0] as string);
    context.after(() => client.close());
    await once(client.session, "remoteSettings");
    const stream = client.open(webSocketRequest, { hasBody: true });
    stream.on("error", () => {}).resume();
    await once(stream, "response");
    await isCutWhenSilent(fixture, backend, (text) => stream.write(text));
    await waitFor(
      () => stream.closed,
      () => "the stream's end",
    );
  });

  test("whose instance has gone ends for a client that does not take what is left", async (context) => {
    const fixture = await timed(context);
    const body = "x".repeat(64 * 1024);
    const backend = await web(fixture, {
      answer: (seen, socket) => socket.end(switchedTo(seen) + body),
    });
    const client = connectHttp2(fixture.plane.urls[0] as string);
    context.after(() => client.close());
    await once(client.session, "remoteSettings");
    // The window of a stream: less than what the instance has sent.
    client.session.settings({ initialWindowSize: 1024 });
    await once(client.session, "localSettings");
    const stream = client.open(webSocketRequest, { hasBody: true });
    stream.on("error", () => {}).pause();
    await once(stream, "response");
    await waitFor(
      () => backend.connections.open === 0,
      () => "the instance's end",
    );
    assert.equal(fixture.ended.length, 0);
    await passes(fixture, () => fixture.ended.length === 1, "the tunnel's end");
  });
});

describe("instances over time", () => {
  test("who fails in a row is ejected, comes back, and starts slowly", async (context) => {
    const fixture = await timed(context);
    const bad = await fixture.backend({
      answer: (_seen, socket) => socket.write("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"),
    });
    const good = await fixture.backend({ name: "good" });
    await fixture.serve({ web: [bad, good] });
    await fixture.rules("REQUEST_URI=/* passthru web");
    const states = (): string[] => fixture.plane.health().map(({ state }) => state);
    const asked = fixture.client();
    for (let i = 0; i < 200 && states()[0] === "up"; i += 1) {
      asked.write(request("/x"));
      await asked.answer();
    }
    assert.deepEqual(states(), ["ejected", "up"]);
    assert.match(fixture.plane.health()[0]?.reason ?? "", /503/);
    const seen = bad.requests().length;
    for (let i = 0; i < 20; i += 1) {
      asked.write(request("/x"));
      assert.equal((await asked.answer()).body, "good");
    }
    assert.equal(bad.requests().length, seen);
    asked.socket.destroy();
    fixture.clock.advance(ejectionSettings.baseMs + 1);
    assert.deepEqual(states(), ["starting", "up"]);
    fixture.clock.advance(30_000);
    assert.deepEqual(states(), ["up", "up"]);
  });

  test("who comes to a service that has others starts slowly; the first ones do not", async (context) => {
    const fixture = await timed(context);
    const [a, b] = [await fixture.backend(), await fixture.backend()];
    await fixture.serve({ web: [a] });
    assert.deepEqual(
      fixture.plane.health().map(({ state }) => state),
      ["up"],
    );
    await fixture.serve({ web: [a, b] });
    assert.deepEqual(
      fixture.plane.health().map(({ state }) => state),
      ["up", "starting"],
    );
  });

  test("closing lets a request end, and takes no new connection", async (context) => {
    const fixture = await timed(context);
    let finish: () => void = () => {};
    const backend = await web(fixture, {
      answer: (_seen, socket) => {
        finish = () => socket.write(plainAnswer("end"));
      },
    });
    const asked = fixture.client();
    const idle = fixture.client();
    asked.write(post("/x", "body"));
    await waitFor(
      () => backend.requests().length === 1,
      () => "the request",
    );
    const closed = fixture.plane.close({ drainMs: 10_000 });
    await idle.ended();
    finish();
    const answer = await asked.answer();
    assert.equal(answer.body, "end");
    assert.equal(firstValue(answer.fields, "connection"), "close");
    await closed;
  });

  test("closing cuts what has not ended in time", async (context) => {
    const fixture = await timed(context);
    const backend = await web(fixture, { answer: () => {} });
    const asked = fixture.client();
    asked.write(request("/x"));
    await waitFor(
      () => backend.requests().length === 1,
      () => "the request",
    );
    const closed = fixture.plane.close({ drainMs: 10_000 });
    fixture.clock.advance(10_001);
    await closed;
    assert.equal(await asked.ended(), "");
  });
});
