/** The other half of 50 seeds, for another process. */

import { seedsHold } from "./testing/seeds-hold.ts";

seedsHold(1025, 25);
