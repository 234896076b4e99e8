/** The other half of 200 seeds, for another process. */

import { seedsHold } from "./testing/seeds-hold.ts";

seedsHold(1100, 100);
