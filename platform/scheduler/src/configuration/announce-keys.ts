/**
 * How the settings about announcing tasks are called in the file. Own names under `discovery.`.
 */

import type { AnnounceSettings } from "../core/announce/announce-settings.ts";
import { duration, key, type SectionKeys, text, texts, truth } from "./key.ts";

export const announceKeys: SectionKeys<AnnounceSettings> = {
  servers: key(texts),
  key: key(text),
  byDefault: key(truth),
  killAfterDrainMs: duration(),
  killAfterDrainMsMax: duration(),
  withdrawMsMax: duration(),
};
