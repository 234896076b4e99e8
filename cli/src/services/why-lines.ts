/**
 * What a request waits for, as lines for people: the summary first, and nothing said twice.
 */

import { formatTime, type WaitingReasonView, type WhyView } from "./request-view.ts";

export function whyLines({ summary, reasons = [] }: WhyView): readonly string[] {
  const first = reasons.find(({ message }) => message === summary);
  const others = reasons.filter((reason) => reason !== first);
  const head = first === undefined ? (summary ?? "it waits for nothing") : lineOf(first);
  return [...new Set([head, ...others.map(lineOf)])];
}

function lineOf({ message, until }: WaitingReasonView): string {
  return until === undefined ? message : `${message} (${formatTime(until)} UTC)`;
}
