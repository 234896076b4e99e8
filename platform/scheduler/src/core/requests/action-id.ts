/**
 * The id by which an action and what it caused are found together: the caller's, or one of ours.
 */

import { randomUuid } from "@tavola/base";
import type { Turn } from "../turn.ts";

export function actionIdOf(turn: Turn, asked: string | undefined): string {
  return asked ?? randomUuid(turn.random);
}
