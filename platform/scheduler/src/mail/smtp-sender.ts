/**
 * Sending one mail to the SMTP server, and telling what its refusals mean.
 *
 * nodemailer speaks SMTP (docs/decisions/0025-mail.md). Every mail has a connection of its own and a
 * time within which all of it must be over, so that a server that hangs, or that trickles, ends a mail
 * and blocks nothing. Whether and when it is tried again is the delivery's business.
 */

import { describeError } from "@tavola/base";
import type { SendMailOptions, SentMessageInfo, Transporter } from "nodemailer";
import type { SmtpSettings } from "./smtp-settings.ts";

export interface OutgoingMail {
  /** In angle brackets; the same for the same mail however often it is tried. */
  readonly messageId: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  /** Whom to send it to now: all of the above, or those who have not got it yet. */
  readonly recipients: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface RefusedRecipient {
  readonly address: string;
  readonly reason: string;
}

export type SendResult =
  /** All other recipients have it. `later`: refused for now. */
  | {
      readonly kind: "sent";
      readonly refused: readonly RefusedRecipient[];
      readonly later: readonly string[];
    }
  /** Nobody gets this mail, ever. */
  | { readonly kind: "refused"; readonly reason: string }
  /** The server does not take this mail now. */
  | { readonly kind: "postponed"; readonly reason: string }
  /** The server takes no mail now: it is away, or does not want us. */
  | { readonly kind: "serverFailed"; readonly reason: string };

export interface MailSender {
  /** Never rejects; ends within the settings' time, or at once when aborted. */
  send(mail: OutgoingMail, signal: AbortSignal): Promise<SendResult>;
}

export function createSmtpSender(settings: SmtpSettings): MailSender {
  let transport: Transporter | undefined;
  return {
    async send(mail, signal) {
      try {
        transport ??= await createTransport(settings);
        return resultOf(await transport.sendMail(messageOf(mail, settings, signal)));
      } catch (error) {
        return failureOf(error as SmtpError);
      }
    },
  };
}

/** nodemailer is loaded when the first mail is sent. */
async function createTransport(settings: SmtpSettings): Promise<Transporter> {
  const nodemailer = await import("nodemailer");
  const { host, port, username, password, ssl, startTls, ca } = settings;
  return nodemailer.createTransport({
    host,
    port,
    secure: ssl,
    requireTLS: startTls,
    ignoreTLS: !startTls,
    tls: { rejectUnauthorized: settings.verifiesCertificate, ...(ca !== undefined && { ca }) },
    ...(username !== undefined && password !== undefined
      ? { auth: { user: username, pass: password } }
      : {}),
    connectionTimeout: settings.connectTimeoutMs,
    dnsTimeout: settings.connectTimeoutMs,
    greetingTimeout: settings.connectTimeoutMs,
    socketTimeout: settings.idleTimeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

function messageOf(
  mail: OutgoingMail,
  settings: SmtpSettings,
  signal: AbortSignal,
): SendMailOptions {
  const { messageId, to, cc, recipients, subject, text, html } = mail;
  const message = {
    from: settings.from,
    to: [...to],
    cc: [...cc],
    envelope: { from: settings.from, to: [...recipients] },
    messageId,
    subject,
    text,
    html,
    // RFC 3834: no vacation notices in answer to it.
    headers: { "Auto-Submitted": "auto-generated" },
    signal: AbortSignal.any([signal, AbortSignal.timeout(settings.sendTimeoutMs)]),
  };
  return message;
}

/** As nodemailer makes them. */
interface SmtpError extends Error {
  readonly code?: string;
  readonly command?: string;
  readonly responseCode?: number;
  readonly recipient?: string;
  readonly rejectedErrors?: readonly SmtpError[];
}

function resultOf(info: SentMessageInfo): SendResult {
  return sentBut((info as { rejectedErrors?: readonly SmtpError[] }).rejectedErrors ?? []);
}

function sentBut(errors: readonly SmtpError[]): SendResult {
  const refused: RefusedRecipient[] = [];
  const later: string[] = [];
  for (const error of errors) {
    const address = error.recipient ?? "";
    if (isForGood(error)) refused.push({ address, reason: reasonOf(error) });
    else later.push(address);
  }
  return { kind: "sent", refused, later };
}

function failureOf(error: SmtpError): SendResult {
  const reason = reasonOf(error);
  const isAboutMail = error.code === "EENVELOPE" || error.code === "EMESSAGE";
  // 421: the server is going away. A refused sender is our settings' fault, and every mail's.
  const isAboutUs = error.responseCode === 421 || error.command === "MAIL FROM";
  if (!isAboutMail || isAboutUs) return { kind: "serverFailed", reason };
  if (error.rejectedErrors !== undefined && error.rejectedErrors.length > 0) {
    return sentBut(error.rejectedErrors);
  }
  if (isForGood(error) || error.responseCode === undefined) return { kind: "refused", reason };
  return { kind: "postponed", reason };
}

/** RFC 5321, 4.2.1: 5yz will not get better by being tried again, 4yz may. */
function isForGood({ responseCode }: SmtpError): boolean {
  return responseCode !== undefined && responseCode >= 500;
}

function reasonOf(error: SmtpError): string {
  if (error.code === "EABORT") return "no end within the time for one mail";
  return describeError(error);
}
