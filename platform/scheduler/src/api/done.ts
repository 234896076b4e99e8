/** Calls that answer nothing but that it was done, or why not. */

import type { Outcome, Turn } from "../core/turn.ts";
import type { Call, QueryTable } from "./route.ts";

export async function done(
  call: Pick<Call<unknown, QueryTable>, "decide">,
  what: (turn: Turn) => Outcome<unknown> | undefined,
): Promise<Outcome<undefined>> {
  const outcome = await call.decide(what);
  return outcome?.refusal === undefined ? { value: undefined } : { refusal: outcome.refusal };
}
