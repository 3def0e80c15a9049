import assert from "node:assert/strict";
import { test } from "node:test";

import { keptShare, midnightMs, sumOf, taskHref, taskLines, waitingOf } from "../../src/pages/overview/attention";

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

test("what waits was given and is neither attended nor lost; minutes lost before any task had them are not waited for", () => {
  assert.deepEqual([line("", 0, 9, 4, 2), line("", 0, 4, 4, 0), line("", 20, 0, 0, 12)].map(waitingOf), [3, 0, 0]);
});

test("tasks that got most are first, those that only asked last, and no task is told only where minutes were lost", () => {
  const lines = [line("", 60, 0, 0, 0), line("alerts", 0, 2, 0, 0), line("digest", 0, 9, 0, 0)];
  assert.deepEqual(taskLines(lines, ["slates", "digest"]).map(({ key }) => key), ["digest", "alerts", "slates"]);
  assert.deepEqual(taskLines([line("", 60, 0, 0, 12)], ["slates"]), [line("", 60, 0, 0, 12), line("slates", 0, 0, 0, 0)]);
});

test("a task that an application asks for or posts leads to it, another to the economy", () => {
  assert.deepEqual(
    ["alerts", "slates", "agents", "digest", "support", "Triage", "constructor"].map(taskHref),
    ["#/monitor", "#/recommend", "#/support", "#/digest", "#/support", "#/economy", "#/economy"],
  );
});
