/** The other half of 100 seeds, for another process. */

import { seedsHold } from "./testing/seeds-hold.ts";

seedsHold(1050, 50);
