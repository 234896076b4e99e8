import assert from "node:assert/strict";
import { test } from "node:test";
import { quartzFromCron } from "./unix-cron.ts";

test("quartzFromCron() converts as Singularity's ValidatorTest has it", () => {
  const pairs: readonly [cron: string, quartz: string][] = [
    ["0 12 * * 7", "0 0 12 ? * SUN"],
    ["0 12 * * 6", "0 0 12 ? * SAT"],
    ["0 12 * * 0", "0 0 12 ? * SUN"],
    ["0 12 * * 0-5", "0 0 12 ? * SUN-FRI"],
    ["0 12 * * 0,1,2,3", "0 0 12 ? * SUN,MON,TUE,WED"],
    ["0 12 * * MON,TUE,WED", "0 0 12 ? * MON,TUE,WED"],
    ["0 12 * * MON-WED", "0 0 12 ? * MON-WED"],
    ["*/5 * * * *", "0 */5 * * * ?"],
    ["0 0 1 * ?", "0 0 0 1 * ?"],
    ["30 0 12 * * *", "30 0 12 * * ?"],
  ];
  for (const [cron, quartz] of pairs) assert.equal(quartzFromCron(cron).value, quartz, cron);
});

test("quartzFromCron() converts the forms that Singularity left a day early", () => {
  const pairs: readonly [cron: string, quartz: string][] = [
    ["0 12 * * 1,3-5", "0 0 12 ? * MON,WED-FRI"],
    ["0 12 * * 1-5/2", "0 0 12 ? * MON-FRI/2"],
    ["0 12 * * 0-7", "0 0 12 ? * SUN-SAT"],
    ["0 12 * * 5-7", "0 0 12 ? * FRI-SUN"],
    ["0 12 * * 5L", "0 0 12 ? * FRIL"],
    ["0 12 * * 1#2", "0 0 12 ? * MON#2"],
    ["0  12\t* * *  ", "0 0 12 * * ?"],
    ["0 0 12 1 1 ? 2030", "0 0 12 1 1 ? 2030"],
  ];
  for (const [cron, quartz] of pairs) assert.equal(quartzFromCron(cron).value, quartz, cron);
});
