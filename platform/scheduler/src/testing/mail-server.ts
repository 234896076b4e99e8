/**
 * A real SMTP server on loopback for tests: takes mails, or refuses as it is told.
 */

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

export interface ReceivedMail {
  readonly from: string;
  readonly recipients: readonly string[];
  /** As it came over the wire. */
  readonly raw: string;
  readonly secure: boolean;
  readonly user?: string;
}

export interface MailServer {
  readonly port: number;
  readonly received: readonly ReceivedMail[];
  /** Resolves once so many have been received. */
  untilReceived(count: number): Promise<void>;
  close(): Promise<void>;
}

export interface MailServerOptions extends SMTPServerOptions {
  /** The reply to RCPT TO; undefined accepts. */
  readonly refuse?: (address: string) => number | undefined;
  /** The reply to the message; undefined takes it. */
  readonly refuseMessage?: () => number | undefined;
}

export async function startMailServer(
  context: TestContext,
  options: MailServerOptions = {},
): Promise<MailServer> {
  const { refuse, refuseMessage, ...rest } = options;
  const received: ReceivedMail[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    disableReverseLookup: true,
    onRcptTo({ address }, _, callback) {
      callback(refusal(refuse?.(address)));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const error = refusal(stream.sizeExceeded ? 552 : refuseMessage?.());
        if (error === undefined) {
          const { mailFrom, rcptTo } = session.envelope;
          received.push({
            from: mailFrom === false ? "" : mailFrom.address,
            recipients: rcptTo.map(({ address }) => address),
            raw: Buffer.concat(chunks).toString("utf8"),
            secure: session.secure,
            ...(typeof session.user === "string" && { user: session.user }),
          });
        }
        callback(error);
        for (const { count, resolve } of waiting) if (received.length >= count) resolve();
      });
    },
    ...rest,
  });
  server.on("error", () => {});
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  context.after(close);
  return {
    port: (server.server.address() as AddressInfo).port,
    received,
    untilReceived(count) {
      if (received.length >= count) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ count, resolve }));
    },
    close,
  };
}

function refusal(responseCode: number | undefined): Error | undefined {
  if (responseCode === undefined) return undefined;
  return Object.assign(new Error(`refused with ${responseCode}`), { responseCode });
}
