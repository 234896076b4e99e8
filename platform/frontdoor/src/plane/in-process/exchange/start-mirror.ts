/** Whether a request is copied to another service, and to which of its instances. */

import type { Rule } from "../../../core/rule.ts";
import type { ClientRequest } from "../client/client-exchange.ts";
import { pickInstance } from "../core/balance/pick-instance.ts";
import { hasBody } from "../core/message/body-framing.ts";
import { planeLimits } from "../core/plane-limits.ts";
import { Mirror } from "./mirror.ts";
import type { PlaneState } from "./plane-state.ts";
import type { PreparedHead } from "./request-head-out.ts";

/** Undefined: it is not. What is to become a tunnel has no copy. */
export function startMirror(
  plane: PlaneState,
  request: ClientRequest,
  { rule, head }: { readonly rule: Rule; readonly head: PreparedHead },
): Mirror | undefined {
  const { mirror } = rule.options;
  if (mirror === undefined || request.upgrade !== undefined) return undefined;
  if (plane.mirrors >= planeLimits.mirrorsMax) return undefined;
  if (plane.random.next() * 100 >= mirror.percent) return undefined;
  const candidates = plane.directory.candidates(mirror.service);
  if (candidates === undefined) return undefined;
  const { slowStartMs } = plane.timeouts;
  const { random, clock } = plane;
  const target = pickInstance(candidates, { now: clock.now(), random, slowStartMs, tried: [] });
  if (target === undefined) return undefined;
  return new Mirror(plane, target, {
    head: head.textFor(target.address),
    method: request.method,
    hasBody: hasBody(request.framing),
    isChunked: request.framing.kind === "chunked",
  });
}
