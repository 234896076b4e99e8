import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { startMailServer } from "../testing/mail-server.ts";
import { makeSelfSigned } from "../testing/self-signed.ts";
import { createSmtpSender, type OutgoingMail } from "./smtp-sender.ts";
import { defaultSmtpSettings, type SmtpSettings, validateSmtpSettings } from "./smtp-settings.ts";

const mail: OutgoingMail = {
  messageId: "<one@example.com>",
  to: ["owner@example.com"],
  cc: ["admin@example.com"],
  recipients: ["owner@example.com", "admin@example.com"],
  subject: "Task failed: Größe",
  text: "It failed.\n",
  html: "<p>It failed.</p>\n",
};
const never = new AbortController().signal;

function settingsOf(port: number, more: Partial<SmtpSettings> = {}): SmtpSettings {
  return { ...defaultSmtpSettings, host: "localhost", port, from: "tavola@example.com", ...more };
}

/** A server of which each connection is handled by hand. */
async function startRawServer(
  context: TestContext,
  connected: (socket: Socket) => void,
): Promise<number> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    connected(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

test("a mail arrives at all its recipients as text and HTML, and asks for no automatic answer", async (context) => {
  const server = await startMailServer(context);
  const result = await createSmtpSender(settingsOf(server.port)).send(mail, never);
  assert.deepEqual(result, { kind: "sent", refused: [], later: [] });
  const [received] = server.received;
  assert.deepEqual(received?.recipients, ["owner@example.com", "admin@example.com"]);
  assert.equal(received?.from, "tavola@example.com");
  for (const header of [
    /^From: tavola@example.com\r$/m,
    /^To: owner@example.com\r$/m,
    /^Cc: admin@example.com\r$/m,
    /^Message-ID: <one@example.com>\r$/m,
    /^Auto-Submitted: auto-generated\r$/m,
    /^Subject: =\?UTF-8\?Q\?Task_failed=3A_Gr=C3=B6=C3=9Fe\?=\r$/m,
    /^Content-Type: multipart\/alternative;/m,
    /^Content-Type: text\/plain; charset=utf-8\r$/m,
    /^Content-Type: text\/html; charset=utf-8\r$/m,
  ]) {
    assert.match(received?.raw ?? "", header);
  }
});

test("a refused recipient does not keep the others from their mail", async (context) => {
  const refuse = (address: string) => (address.startsWith("owner") ? 550 : undefined);
  const server = await startMailServer(context, { refuse });
  const result = await createSmtpSender(settingsOf(server.port)).send(mail, never);
  assert.equal(result.kind, "sent");
  const [refused] = result.kind === "sent" ? result.refused : [];
  assert.equal(refused?.address, "owner@example.com");
  assert.match(refused?.reason ?? "", /550 refused/);
  assert.deepEqual(server.received[0]?.recipients, ["admin@example.com"]);
});

test("a recipient refused for now is to be tried later, alone", async (context) => {
  const refuse = (address: string) => (address.startsWith("owner") ? 450 : undefined);
  const server = await startMailServer(context, { refuse });
  const sender = createSmtpSender(settingsOf(server.port));
  const later = ["owner@example.com"];
  assert.deepEqual(await sender.send(mail, never), { kind: "sent", refused: [], later });
  // Now nobody is left that is accepted.
  const again = await sender.send({ ...mail, recipients: later }, never);
  assert.deepEqual(again, { kind: "sent", refused: [], later });
});

test("all recipients refused, some for now, is not the end of the mail", async (context) => {
  const refuse = (address: string) => (address.startsWith("owner") ? 450 : 550);
  const server = await startMailServer(context, { refuse });
  const result = await createSmtpSender(settingsOf(server.port)).send(mail, never);
  assert.deepEqual(result.kind === "sent" && result.later, ["owner@example.com"]);
  assert.deepEqual(result.kind === "sent" && result.refused.map(({ address }) => address), [
    "admin@example.com",
  ]);
});

test("a message refused for good is refused, one refused for now is postponed", async (context) => {
  let code = 554;
  const server = await startMailServer(context, { refuseMessage: () => code });
  const sender = createSmtpSender(settingsOf(server.port));
  assert.equal((await sender.send(mail, never)).kind, "refused");
  code = 452;
  assert.equal((await sender.send(mail, never)).kind, "postponed");
});

test("a mail too large for the server is refused, not tried for ever", async (context) => {
  const server = await startMailServer(context, { size: 2000 });
  const large = { ...mail, text: "x".repeat(100_000) };
  assert.equal(
    (await createSmtpSender(settingsOf(server.port)).send(large, never)).kind,
    "refused",
  );
});

test("a server that does not want our sender's address takes no mail at all", async (context) => {
  const onMailFrom = (_: unknown, __: unknown, callback: (error?: Error) => void) =>
    callback(Object.assign(new Error("not from you"), { responseCode: 550 }));
  const server = await startMailServer(context, { onMailFrom });
  assert.equal(
    (await createSmtpSender(settingsOf(server.port)).send(mail, never)).kind,
    "serverFailed",
  );
});

test("a server that is not there, or closes at once, has failed", async (context) => {
  const server = await startMailServer(context);
  await server.close();
  const result = await createSmtpSender(settingsOf(server.port)).send(mail, never);
  assert.match(result.kind === "serverFailed" ? result.reason : "", /ECONNREFUSED/);
  const port = await startRawServer(context, (socket) => socket.destroy());
  assert.equal((await createSmtpSender(settingsOf(port)).send(mail, never)).kind, "serverFailed");
});

test("a server that says it is going away (421) has failed", async (context) => {
  const port = await startRawServer(context, (socket) => socket.end("421 shutting down\r\n"));
  assert.equal((await createSmtpSender(settingsOf(port)).send(mail, never)).kind, "serverFailed");
});

test("a server that accepts and says nothing fails within the time to connect", async (context) => {
  const port = await startRawServer(context, () => {});
  const sender = createSmtpSender(settingsOf(port, { connectTimeoutMs: 100 }));
  assert.match(
    JSON.stringify(await sender.send(mail, never)),
    /serverFailed.*Greeting never received/,
  );
});

test("a server that hangs after its greeting fails within the time of silence", async (context) => {
  const port = await startRawServer(context, (socket) => socket.write("220 hello\r\n"));
  const sender = createSmtpSender(settingsOf(port, { idleTimeoutMs: 100 }));
  assert.match(JSON.stringify(await sender.send(mail, never)), /serverFailed.*Timeout/);
});

test("a server that trickles fails within the time for one mail, though it is never silent", async (context) => {
  const port = await startRawServer(context, (socket) => {
    const ticking = setInterval(() => socket.write("220-still here\r\n"), 20);
    socket.on("close", () => clearInterval(ticking));
  });
  const sender = createSmtpSender(settingsOf(port, { sendTimeoutMs: 200 }));
  const result = await sender.send(mail, never);
  assert.deepEqual(result, { kind: "serverFailed", reason: "no end within the time for one mail" });
});

test("a mail that is given up ends at once and lets go of its connection", async (context) => {
  const controller = new AbortController();
  const closed = Promise.withResolvers<void>();
  const port = await startRawServer(context, (socket) => {
    socket.on("close", () => closed.resolve());
    controller.abort();
  });
  assert.equal(
    (await createSmtpSender(settingsOf(port)).send(mail, controller.signal)).kind,
    "serverFailed",
  );
  await closed.promise;
});

test("TLS from the first byte, and STARTTLS, with a certificate that somebody vouches for or nobody", async (context) => {
  const pair = await makeSelfSigned();
  if (pair === undefined) return context.skip("no openssl here to make a certificate");
  const direct = await startMailServer(context, { ...pair, secure: true });
  const upgraded = await startMailServer(context, { ...pair, disabledCommands: [] });
  for (const [server, how] of [
    [direct, { ssl: true }],
    [upgraded, { startTls: true }],
  ] as const) {
    const sendWith = (more: Partial<SmtpSettings>) =>
      createSmtpSender(settingsOf(server.port, { ...how, ...more })).send(mail, never);
    assert.match(JSON.stringify(await sendWith({})), /serverFailed.*self-signed/);
    assert.equal((await sendWith({ ca: pair.cert })).kind, "sent");
    assert.equal((await sendWith({ verifiesCertificate: false })).kind, "sent");
    assert.deepEqual(
      server.received.map(({ secure }) => secure),
      [true, true],
    );
  }
});

test("STARTTLS that is asked for and not offered sends nothing in the clear; not asked for, it is not used", async (context) => {
  const without = await startMailServer(context);
  const result = await createSmtpSender(settingsOf(without.port, { startTls: true })).send(
    mail,
    never,
  );
  assert.equal(result.kind, "serverFailed");
  assert.equal(without.received.length, 0);
  const offering = await startMailServer(context, { disabledCommands: [] });
  assert.equal((await createSmtpSender(settingsOf(offering.port)).send(mail, never)).kind, "sent");
  assert.equal(offering.received[0]?.secure, false);
});

test("a user and a password log in; a wrong one is the server's failure, not the mail's", async (context) => {
  const server = await startMailServer(context, {
    authOptional: false,
    allowInsecureAuth: true,
    onAuth({ username, password }, _, callback) {
      if (username === "tavola" && password === "secret") callback(null, { user: username });
      else callback(new Error("no"));
    },
  });
  const sendAs = (username: string, password: string) =>
    createSmtpSender(settingsOf(server.port, { username, password })).send(mail, never);
  assert.match(JSON.stringify(await sendAs("tavola", "wrong")), /serverFailed/);
  assert.equal((await sendAs("tavola", "secret")).kind, "sent");
  assert.deepEqual(
    server.received.map(({ user }) => user),
    ["tavola"],
  );
});

test("validateSmtpSettings() names the setting that makes no sense", () => {
  assert.equal(validateSmtpSettings(defaultSmtpSettings), undefined);
  assert.match(validateSmtpSettings(settingsOf(0)) ?? "", /^smtp.port: 0/);
  assert.match(
    validateSmtpSettings(settingsOf(25, { username: "x" })) ?? "",
    /^smtp.password is missing/,
  );
  assert.match(
    validateSmtpSettings(settingsOf(25, { password: "x" })) ?? "",
    /^smtp.username is missing/,
  );
  assert.match(
    validateSmtpSettings(settingsOf(25, { ssl: true, startTls: true })) ?? "",
    /one of them/,
  );
});

const aiosmtpd = `
import asyncio, sys
from aiosmtpd.smtp import SMTP
class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"
    async def handle_DATA(self, server, session, envelope):
        print("mail", ",".join(envelope.rcpt_tos), len(envelope.content), flush=True)
        return "250 taken"
async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Handler()), "127.0.0.1", 0)
    print("port", server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()
asyncio.run(main())
`;

test("a mail arrives at a server that others wrote (Python's aiosmtpd, where it is installed)", async (context) => {
  const child = spawn("/usr/bin/python3", ["-c", aiosmtpd], { stdio: ["pipe", "pipe", "ignore"] });
  context.after(() => endOf(child));
  child.stdin.on("error", () => {});
  const failed = once(child, "error").then(() => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await Promise.race([lines.next(), failed]);
  const port = /^port (\d+)$/.exec(first?.value ?? "")?.[1];
  if (port === undefined) return context.skip("no aiosmtpd here");
  const sender = createSmtpSender(settingsOf(Number(port)));
  assert.deepEqual(await sender.send(mail, never), { kind: "sent", refused: [], later: [] });
  assert.match((await lines.next()).value ?? "", /^mail owner@example.com,admin@example.com \d+$/);
  const recipients = ["nobody@example.com", "admin@example.com"];
  const result = await sender.send({ ...mail, recipients }, never);
  assert.match(JSON.stringify(result), /"sent".*nobody@example.com.*550 no such user/);
});

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  child.stdin?.end();
  await once(child, "exit");
}
