/**
 * Announcements as people read them: a table, and a line for each change of it.
 */

import { type Announcement, type CatalogueChange, weightOf, zoneOf } from "@tavola/sdk";
import { formatTable } from "../table.ts";

export function serviceTable(announcements: readonly Announcement[]): string {
  return formatTable(
    [
      { title: "SERVICE", cell: serviceOf },
      { title: "URI", cell: ({ serviceUri }) => serviceUri },
      { title: "WEIGHT", cell: (each) => String(weightOf(each)), align: "right" },
      { title: "ZONE", cell: (each) => zoneOf(each) ?? "-" },
      { title: "ID", cell: ({ announcementId }) => announcementId },
    ],
    sorted(announcements),
  );
}

/** `+` came, `~` says something else now, `-` has gone. */
export function changeLines({ added, changed, removed }: CatalogueChange): string {
  const lines = [
    ...sorted(removed).map((each) => `- ${wordsOf(each)}`),
    ...sorted(added).map((each) => `+ ${wordsOf(each)}`),
    ...sorted(changed).map((each) => `~ ${wordsOf(each)}`),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** One JSON object a line. */
export function changeJson({ added, changed, removed }: CatalogueChange): string {
  const lines = [
    ...removed.map((announcement) => ({ change: "removed", announcement })),
    ...added.map((announcement) => ({ change: "added", announcement })),
    ...changed.map((announcement) => ({ change: "changed", announcement })),
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

export function sorted(announcements: readonly Announcement[]): readonly Announcement[] {
  const keyOf = (each: Announcement): string =>
    `${serviceOf(each)}\0${each.serviceUri}\0${each.announcementId}`;
  return [...announcements].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function wordsOf(announcement: Announcement): string {
  return `${serviceOf(announcement)}  ${announcement.serviceUri}  ${announcement.announcementId}`;
}

function serviceOf({ serviceType, feature }: Announcement): string {
  return feature === undefined ? serviceType : `${serviceType}:${feature}`;
}
