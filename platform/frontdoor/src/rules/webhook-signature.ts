/**
 * Whether a call to the webhook comes from who knows the secret, as hosts of repositories say so:
 * GitHub, Gitea and Forgejo sign the body, GitLab sends the secret itself.
 *
 * https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
 * https://docs.gitlab.com/user/project/integrations/webhooks/
 */

import { createHmac, timingSafeEqual } from "node:crypto";

export interface WebhookCall {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export function isSignedBy(secret: string, { headers, body }: WebhookCall): boolean {
  const gitlab = headers["x-gitlab-token"];
  if (gitlab !== undefined) return isSame(gitlab, secret);
  const digest = createHmac("sha256", secret).update(body).digest("hex");
  const github = headers["x-hub-signature-256"];
  if (github !== undefined) return isSame(github, `sha256=${digest}`);
  const gitea = headers["x-gitea-signature"] ?? headers["x-forgejo-signature"];
  return gitea !== undefined && isSame(gitea, digest);
}

/** Takes as long whichever character differs. */
function isSame(given: string, wanted: string): boolean {
  const hash = (text: string): Buffer => createHmac("sha256", "same").update(text).digest();
  return timingSafeEqual(hash(given), hash(wanted));
}
