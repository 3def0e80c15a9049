import assert from "node:assert/strict";
import { test } from "node:test";

import type { TrafficSecond } from "../../src/api/types";
import { curve, summarise } from "../../src/pages/overview/figures";

const second = (ts: number, part: Partial<TrafficSecond> = {}): TrafficSecond => ({ ts, requests: 0, errors: 0, rejected: 0, p50_ms: 0, p99_ms: 0, queue: 0, ...part });

test("the second that is still being counted is left out of rates and curves", () => {
  const traffic = [second(1, { requests: 4 }), second(2, { requests: 6 }), second(3, { requests: 1000 })];
  assert.equal(summarise(traffic).perSecond, 5);
  assert.deepEqual(curve(traffic, "requests"), [[1000, 4], [2000, 6]]);
});

test("latencies are those of seconds with requests, of the last minute alone", () => {
  const old = second(0, { requests: 1, p50_ms: 900, p99_ms: 900 });
  const minute = Array.from({ length: 60 }, (_, i) => second(i + 1, i < 3 ? { requests: 1, p50_ms: [3, 1, 2][i]!, p99_ms: 10 + i } : {}));
  const { medianMs, slowestMs } = summarise([old, ...minute, second(61)]);
  assert.deepEqual([medianMs, slowestMs], [2, 12]);
});

test("a curve of latency has a gap where nothing was asked", () => {
  assert.deepEqual(curve([second(1, { requests: 1, p99_ms: 8 }), second(2), second(3)], "p99_ms"), [[1000, 8], [2000, null]]);
});

test("failures and refusals are counted over all that is shown, and nothing is a fault", () => {
  const traffic = [second(1, { errors: 1, rejected: 2 }), second(2, { errors: 3 })];
  assert.deepEqual([summarise(traffic).failed, summarise(traffic).rejected], [4, 2]);
  assert.deepEqual(summarise([]), { perSecond: 0, medianMs: null, slowestMs: null, failed: 0, rejected: 0 });
});
