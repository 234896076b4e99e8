/**
 * How the SMTP server is reached, and how patiently, with every default in one table.
 */

import { dayMs, minuteMs, secondMs } from "@tavola/base";

export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  /** Both or neither. */
  readonly username?: string;
  readonly password?: string;
  /** TLS from the first byte (mostly port 465). */
  readonly ssl: boolean;
  /**
   * STARTTLS, and nothing is sent where the server does not offer it.
   * Differs: Singularity's then goes on in the clear, password included.
   */
  readonly startTls: boolean;
  /** PEM of who vouches for the server, where the machine's own list does not. */
  readonly ca?: string;
  /** Default true. False takes any certificate. */
  readonly verifiesCertificate: boolean;
  readonly from: string;
  /** Mails being sent at once, each over a connection of its own. */
  readonly connectionsMax: number;
  readonly connectTimeoutMs: number;
  /** Silence of the server within a conversation. */
  readonly idleTimeoutMs: number;
  /** All of one mail; ends a server that trickles. */
  readonly sendTimeoutMs: number;
  /** After a failure of the server; doubled each time up to the other. */
  readonly retryMsMin: number;
  readonly retryMsMax: number;
  /** A mail that could not be sent for so long is dropped. */
  readonly giveUpAfterMs: number;
  /** Things to be mailed about that are held; of more, the oldest are dropped. */
  readonly recordsMax: number;
  /** Reading all the logs for one mail. */
  readonly logsTimeoutMs: number;
}

export const defaultSmtpSettings: SmtpSettings = {
  host: "localhost",
  port: 25,
  ssl: false,
  startTls: false,
  verifiesCertificate: true,
  from: "tavola-no-reply@example.com",
  connectionsMax: 3,
  connectTimeoutMs: 10 * secondMs,
  idleTimeoutMs: 20 * secondMs,
  sendTimeoutMs: minuteMs,
  retryMsMin: 5 * secondMs,
  retryMsMax: 5 * minuteMs,
  giveUpAfterMs: dayMs,
  recordsMax: 5000,
  logsTimeoutMs: 5 * secondMs,
};

/** The setting that makes no sense, by name; undefined when all do. */
export function validateSmtpSettings(settings: SmtpSettings): string | undefined {
  const { port, username, password, ssl, startTls } = settings;
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    return `smtp.port: ${port} is no port; 25, 465 and 587 are usual`;
  }
  if ((username === undefined) !== (password === undefined)) {
    const missing = username === undefined ? "username" : "password";
    return `smtp.${missing} is missing: say both a username and a password, or neither`;
  }
  if (ssl && startTls) return "smtp.ssl and smtp.startTLS: say one of them, not both";
  return undefined;
}
