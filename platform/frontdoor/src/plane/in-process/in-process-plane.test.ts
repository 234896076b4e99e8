import { planeContract } from "../testing/plane-contract.ts";
import { createInProcessPlane } from "./create-in-process-plane.ts";

planeContract("in process", createInProcessPlane, { refusesAllDubious: true });
