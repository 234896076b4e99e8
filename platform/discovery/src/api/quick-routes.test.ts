/** Renewals and watches as they come by the ten thousand: over connections that stay, byte by byte. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { after, before, describe, type TestContext, test } from "node:test";
import { gunzipSync } from "node:zlib";
import type { RunningDiscovery } from "../shell/start-discovery.ts";
import {
  announce,
  ask,
  DiscoveryFixture,
  fullUpdateOf,
  type UpdateJson,
  until,
} from "../testing/discovery-fixture.ts";

interface Answer {
  readonly status: number;
  readonly fields: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** One that is kept open for all that a test asks. */
class Connection {
  readonly socket: Socket;
  #received = Buffer.alloc(0);
  readonly answers: Answer[] = [];

  constructor(server: RunningDiscovery) {
    this.socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    this.socket.on("data", (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      while (this.#take());
    });
  }

  get(path: string, more = ""): void {
    this.socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`);
  }

  post(body: string, more = ""): void {
    const length = `Content-Length: ${Buffer.byteLength(body)}`;
    this.socket.write(`POST /announcement HTTP/1.1\r\nHost: x\r\n${length}\r\n${more}\r\n${body}`);
  }

  /** The next one that nobody took. */
  async next(): Promise<Answer> {
    await until("an answer", () => this.answers.length > 0);
    return this.answers.shift() as Answer;
  }

  #take(): boolean {
    const end = this.#received.indexOf("\r\n\r\n");
    if (end < 0) return false;
    const [line = "", ...lines] = this.#received.toString("latin1", 0, end).split("\r\n");
    const fields = new Map(
      lines.map((field) => {
        const [name = "", value = ""] = field.split(": ");
        return [name.toLowerCase(), value] as const;
      }),
    );
    const bodyAt = end + 4;
    const bodyEnd = bodyAt + Number(fields.get("content-length") ?? 0);
    if (this.#received.length < bodyEnd) return false;
    const body = this.#received.subarray(bodyAt, bodyEnd);
    this.answers.push({ status: Number(line.split(" ")[1]), fields, body });
    this.#received = this.#received.subarray(bodyEnd);
    return true;
  }
}

async function metric(server: RunningDiscovery, name: string): Promise<number> {
  const { text } = await ask(server, "/metrics");
  return Number(new RegExp(`^tavola_discovery_${name} (\\d+)$`, "m").exec(text)?.[1]);
}

describe("renewals and watches over connections that stay", () => {
  const fixture = new DiscoveryFixture();
  let server: RunningDiscovery;
  before(async () => {
    server = await fixture.start({ flags: ["--lease=1days", "--watch_timeout=300ms"] });
  });
  after(() => fixture.close());

  function open(t: TestContext): Connection {
    const connection = new Connection(server);
    t.after(() => connection.socket.destroy());
    return connection;
  }

  test("a renewal is the announcement again, in whatever order it comes, and nobody is told", async (t) => {
    const connection = open(t);
    const members = { serviceType: "über", serviceUri: "http://10.0.0.1", more: { a: [1] } };
    const texts = [
      JSON.stringify({ announcementId: "re new/1", ...members }),
      JSON.stringify({ ...members, announcementId: "re new/1" }),
      JSON.stringify({ ...members, announcementId: "re new/1" }, undefined, 1),
    ] as const;
    connection.post(texts[0]);
    assert.equal((await connection.next()).status, 201);
    const { index } = await fullUpdateOf(server);
    const renewals = await metric(server, "renewals");
    for (const text of [...texts, ...texts]) connection.post(text);
    for (let each = 0; each < 2 * texts.length; each += 1) {
      const { status, fields, body } = await connection.next();
      assert.equal(status, 201);
      assert.equal(fields.get("content-type"), "application/json");
      assert.equal(fields.get("location"), "/announcement/re%20new%2F1");
      assert.match(fields.get("date") ?? "", / GMT$/);
      assert.equal(body.toString("utf8"), texts[0]);
    }
    assert.equal(await metric(server, "renewals"), renewals + 2 * texts.length);
    assert.equal((await fullUpdateOf(server)).index, index);
    // With one letter changed it is another announcement.
    connection.post(texts[1].replace("10.0.0.1", "10.0.0.2"));
    assert.equal((await connection.next()).status, 201);
    assert.equal((await fullUpdateOf(server)).index, index + 1);
    connection.post(texts[0]);
    assert.equal((await connection.next()).status, 201);
    assert.equal((await fullUpdateOf(server)).index, index + 2);
  });

  test("what was announced with a key is renewed with that key only, and what had none keeps none", async (t) => {
    const connection = open(t);
    const key = "Authorization: Bearer s3cret\r\n";
    const other = "Authorization: Bearer other\r\n";
    const body = JSON.stringify({
      announcementId: "keyed",
      serviceType: "keyed",
      serviceUri: "http://10.0.0.1",
    });
    const statuses: number[] = [];
    for (const more of [key, key, "", other, key]) {
      connection.post(body, more);
      statuses.push((await connection.next()).status);
    }
    assert.deepEqual(statuses, [201, 201, 403, 403, 201]);
    const keyless = body.replaceAll("keyed", "keyless");
    const { index } = await fullUpdateOf(server);
    connection.post(keyless);
    assert.equal((await connection.next()).status, 201);
    // Whoever shows a key first makes it his, which is a change and no renewal.
    connection.post(keyless, key);
    assert.equal((await connection.next()).status, 201);
    assert.equal((await fullUpdateOf(server)).index, index + 2);
    connection.post(keyless);
    assert.equal((await connection.next()).status, 403);
  });

  test("the servers' own announcements are nobody's to renew", async (t) => {
    const connection = open(t);
    const { updates } = await fullUpdateOf(server, "?serviceType=discovery");
    connection.post(JSON.stringify(updates[0]));
    assert.equal((await connection.next()).status, 403);
  });

  test("a watch is 204 when its time is over, and told what comes, compressed if it takes that", async (t) => {
    const [plain, packed] = [open(t), open(t)] as const;
    const { index } = await fullUpdateOf(server);
    plain.get(`/watch?since=${index + 1}`);
    const nothing = await plain.next();
    assert.deepEqual([nothing.status, nothing.body.length], [204, 0]);
    assert.equal(nothing.fields.has("content-length"), false);
    const told: Answer[] = [];
    const watching = ([plain, packed] as const).map(async (connection, each) => {
      let answer: Answer;
      do {
        const more = each === 0 ? "" : "Accept-Encoding: gzip\r\n";
        connection.get(`/watch?since=${index + 1}&serviceType=long`, more);
        answer = await connection.next();
      } while (answer.status === 204);
      told[each] = answer;
    });
    const note = "long ".repeat(1_000);
    const web = await announce(server, { serviceType: "long", serviceUri: "http://h", note });
    await Promise.all(watching);
    assert.deepEqual(
      told.map(({ status, fields }) => [status, fields.get("content-encoding")]),
      [
        [200, undefined],
        [200, "gzip"],
      ],
    );
    const [first, second] = told as [Answer, Answer];
    assert.ok(second.body.length < first.body.length / 10);
    assert.deepEqual(gunzipSync(second.body), first.body);
    const update = JSON.parse(first.body.toString("utf8")) as UpdateJson;
    assert.deepEqual([update.fullUpdate, update.index, update.updates], [false, index + 1, [web]]);
  });

  test("whoever goes away while it waits is not counted any more", async () => {
    const patient = new DiscoveryFixture();
    const own = await patient.start({ flags: ["--watch_timeout=1days"] });
    try {
      const { index } = await fullUpdateOf(own);
      const connections = Array.from({ length: 5 }, () => new Connection(own));
      for (const connection of connections) connection.get(`/watch?since=${index + 1}`);
      await until("they wait", async () => (await metric(own, "watchers")) === 5);
      const [first, second, ...others] = connections as [Connection, Connection, ...Connection[]];
      first.socket.destroy();
      second.socket.end();
      await until("two are gone", async () => (await metric(own, "watchers")) === 3);
      await announce(own, { serviceType: "told", serviceUri: "http://h" });
      for (const connection of others) {
        assert.equal((await connection.next()).status, 200);
        connection.socket.destroy();
      }
      assert.deepEqual([first.answers, second.answers], [[], []]);
    } finally {
      await patient.close();
    }
  });

  test("a server that closes answers those who wait", async () => {
    const closing = new DiscoveryFixture();
    const own = await closing.start({ flags: ["--watch_timeout=1days"] });
    const { index } = await fullUpdateOf(own);
    const connection = new Connection(own);
    connection.get(`/watch?since=${index + 1}`);
    await until("it waits", async () => (await metric(own, "watchers")) === 1);
    const closed = once(connection.socket, "close");
    await closing.close();
    assert.equal((await connection.next()).status, 204);
    await closed;
  });

  test("a stream of events and a watch share nothing but the server", async (t) => {
    const connection = open(t);
    const { index } = await fullUpdateOf(server);
    connection.socket.removeAllListeners("data");
    let text = "";
    connection.socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
    });
    connection.get(`/watch?since=${index}`, "Accept: text/event-stream\r\n");
    await until("the first event", () => text.includes(`id: ${index}\n`));
    assert.match(text, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(text, /event: update\n/);
  });
});
