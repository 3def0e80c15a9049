import assert from "node:assert/strict";
import { test } from "node:test";

import { keptShare, midnightMs, sumOf, taskHref } from "../../src/pages/overview/attention";

const line = (key: string, acquired: number, allocated: number, retained: number, lost: number) => ({ key, acquired, allocated, retained, lost });

test("minutes of all lines are added by stage", () => {
  assert.deepEqual(sumOf([line("a", 10, 4, 3, 1), line("b", 5, 2, 0, 2)]), { acquired: 15, allocated: 6, retained: 3, lost: 3 });
  assert.deepEqual(sumOf([]), { acquired: 0, allocated: 0, retained: 0, lost: 0 });
});

test("what was attended is a share of what was given, at most all, and nothing is no share", () => {
  assert.deepEqual([line("", 0, 4, 3, 0), line("", 0, 2, 3, 0), line("", 9, 0, 0, 0)].map(keptShare), [0.75, 1, null]);
});

test("a day begins at this browser's midnight", () => {
  const noon = new Date(2026, 10, 26, 12, 34, 56);
  assert.equal(midnightMs(noon.getTime()), new Date(2026, 10, 26).getTime());
});

test("a task that an application posts leads to it, another to the economy", () => {
  assert.deepEqual(["support", "Triage"].map(taskHref), ["#/support", "#/economy"]);
});
