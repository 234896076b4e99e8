/**
 * The configuration file: how a scheduler behaves, who is mailed, and who may do what.
 */

import type { Result } from "@tavola/base";
import { describeError } from "@tavola/base";
import { parse } from "yaml";
import { type AuthSettings, defaultAuthSettings } from "../api/auth/auth-settings.ts";
import { defaultSchedulerConfig, type SchedulerConfig } from "../core/scheduler-config.ts";
import { defaultWebhookSettings, type WebhookSettings } from "../core/webhooks/webhook-settings.ts";
import { defaultRetention, type Retention } from "../history/retention.ts";
import type { SmtpSettings } from "../mail/smtp-settings.ts";

export interface Configuration {
  readonly core: SchedulerConfig;
  readonly auth: AuthSettings;
  /** Absent: nobody is mailed. */
  readonly smtp?: SmtpSettings;
  readonly webhooks: WebhookSettings;
  readonly retention: Retention;
  readonly allowTestResourceCalls: boolean;
}

export function parseConfiguration(text: string): Result<Configuration> {
  try {
    parse(text);
  } catch (error) {
    return { error: describeError(error) };
  }
  return {
    value: {
      core: defaultSchedulerConfig,
      auth: defaultAuthSettings,
      webhooks: defaultWebhookSettings,
      retention: defaultRetention,
      allowTestResourceCalls: false,
    },
  };
}
