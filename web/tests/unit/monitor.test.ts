import assert from "node:assert/strict";
import { test } from "node:test";

import { kAll, type MonitorAlert, type StreamMessage, type TrendRow } from "../../src/api/monitor";
import { viewHref, viewOf } from "../../src/pages/monitor/address";
import { groupFloods } from "../../src/pages/monitor/floods";
import { advance, alertsAt, beginReplay, moveTo } from "../../src/pages/monitor/replay";
import { concerns, fill, marksOf, sentimentBand, sharesBy, usualVoices, type Bucket } from "../../src/pages/monitor/trend";
import { parseRoute } from "../../src/app/route";
import { webAddress } from "../../src/ui/web_address";

const kHourMs = 3_600_000;
const kBegin = Date.parse("2024-01-01T00:00:00Z");
const at = (hours: number) => new Date(kBegin + hours * kHourMs).toISOString();

function row(hours: number, voices: number, more: Partial<TrendRow> = {}): TrendRow {
  const counts = { messages: voices, voices, negative: voices, neutral: 0, positive: 0, share_negative: 1, sentiment: -0.5, sentiment_interval: 0.1 };
  return { begin: at(hours), topic: kAll, entity: kAll, source: kAll, ...counts, ...more };
}

const alert = (more: Partial<MonitorAlert>): MonitorAlert =>
  ({ id: "a", topic: "service", entity: "Nokia", event: "negative_surge", related: [], begin: at(5), end: at(6), ended: at(9), ...more }) as MonitorAlert;

test("hours without a message are there with no voice and no sentiment, and the later of two rows holds", () => {
  const buckets = fill([row(0, 3), row(2, 4), row(2, 5)], "hour", kBegin + 3.5 * kHourMs);
  assert.deepEqual(
    buckets.map(({ x, voices, sentiment }) => [(x - kBegin) / kHourMs, voices, sentiment]),
    [
      [0, 3, -0.5],
      [1, 0, null],
      [2, 5, -0.5],
      [3, 0, null],
    ],
  );
  assert.deepEqual(fill([], "hour", kBegin), []);
  assert.deepEqual(fill([row(5, 1)], "hour", kBegin), []);
});

test("usual are the voices of the same hour on days before, and of too few nothing is said", () => {
  const buckets = fill(
    Array.from({ length: 24 * 6 }, (_, i) => row(i, i % 24 === 3 ? 100 + Math.floor(i / 24) : 1)),
    "hour",
    kBegin + (24 * 6 - 1) * kHourMs,
  );
  const usual = usualVoices(buckets, "hour");
  assert.deepEqual(usual[3 * 24 + 3]!.slice(1), [null, null]);
  assert.deepEqual(usual[4 * 24 + 3]!.slice(1).map((bound) => bound!.toFixed(1)), ["100.3", "102.7"]);
  assert.deepEqual(usual[5 * 24 + 4]!.slice(1), [1, 1]);
  assert.ok(usualVoices(buckets, "minute").every(([, low]) => low === null));
});

test("what comes later does not change what was usual", () => {
  const hours = 24 * 8;
  const full = Array.from({ length: hours }, (_, i) => row(i, (i * 7) % 13));
  const whole = usualVoices(fill(full, "hour", kBegin + (hours - 1) * kHourMs), "hour");
  const cut = usualVoices(fill(full, "hour", kBegin + 150 * kHourMs), "hour");
  assert.equal(cut.length, 151);
  assert.deepEqual(cut, whole.slice(0, 151));
});

test("sentiment's band stays within -1 and 1, and has a gap where nobody spoke", () => {
  const bucket = (sentiment: number | null): Bucket => ({ x: 1, voices: 1, negative: 0, neutral: 0, positive: 0, sentiment, interval: 0.5 });
  assert.deepEqual(sentimentBand([bucket(-0.8), bucket(null)]), [
    [1, -1, -0.30000000000000004],
    [1, null, null],
  ]);
});

test("an alert concerns its series, what that is part of, what is part of it, and what else shows it", () => {
  const one = alert({ related: [{ topic: "price", entity: "Apple" }] });
  const series: [string, string][] = [["service", "Nokia"], [kAll, "Nokia"], ["service", kAll], [kAll, kAll], ["price", "Apple"], ["price", "Nokia"], ["service", "Apple"]];
  assert.deepEqual(series.map(([topic, entity]) => concerns({ topic, entity }, one)), [true, true, true, true, true, false, false]);
});

test("marks stand in the bucket of what they mark, where that is shown", () => {
  const name = (change: string) => change;
  const span = [kBegin, kBegin + 24 * kHourMs] as const;
  const marks = marksOf([alert({ begin: at(5.4) }), alert({ begin: at(30), ended: null })], "hour", span, name);
  assert.deepEqual(marks.map(({ x, text }) => [(x - kBegin) / kHourMs, text]), [[5, "negative_surge"], [9, "ended"]]);
  assert.deepEqual(marksOf([alert({})], "day", span, name).map(({ x }) => x), [kBegin, kBegin]);
});

test("topics are summed over time, the most talked about first, without what is all together", () => {
  const rows = [row(0, 2, { topic: "a" }), row(1, 3, { topic: "b", negative: 1 }), row(2, 2, { topic: "a", negative: 0 }), row(0, 9)];
  assert.deepEqual(sharesBy(rows, "topic"), [{ name: "a", voices: 4, negative: 2 }, { name: "b", voices: 3, negative: 1 }]);
});

test("a replay moves by whole buckets within its range, and stops at its end", () => {
  const latest = kBegin + 100.5 * kHourMs;
  const begun = beginReplay("hour", latest, kBegin + 50.2 * kHourMs);
  assert.equal((begun.atMs - kBegin) / kHourMs, 51);
  assert.equal((begun.range[1] - kBegin) / kHourMs, 101);
  assert.equal(moveTo(begun, 0).atMs, begun.range[0]);
  const played = advance({ ...begun, playing: true }, 49);
  assert.deepEqual([(played.atMs - kBegin) / kHourMs, played.playing], [100, true]);
  const ended = advance(played, 4);
  assert.deepEqual([(ended.atMs - kBegin) / kHourMs, ended.playing], [101, false]);
});

test("a replay of a moment long ago has time behind it", () => {
  const latest = kBegin + 10_000 * kHourMs;
  const { range, atMs } = beginReplay("hour", latest, kBegin + 5000 * kHourMs);
  assert.equal((atMs - kBegin) / kHourMs, 5000);
  assert.ok(range[0] < atMs && atMs < range[1] && range[1] < latest);
});

test("alerts are shown from the end of their bucket on, and go on until they ended", () => {
  const then = (hours: number) => alertsAt([alert({})], kBegin + hours * kHourMs).map(({ ended }) => ended);
  assert.deepEqual([5.9, 6, 8.9, 9].map(then), [[], [null], [null], [at(9)]]);
});

test("a text said again and again is one voice with its copies and sources", () => {
  const message = (seq: number, cluster: number, source: string) => ({ seq, cluster, source }) as StreamMessage;
  const voices = groupFloods([message(9, 4, "a"), message(8, 0, "a"), message(7, 4, "b"), message(6, 0, "a"), message(5, 4, "b")]);
  assert.deepEqual(
    voices.map(({ message: { seq }, copies, sources }) => [seq, copies, sources]),
    [
      [9, 3, ["a", "b"]],
      [8, 1, ["a"]],
      [6, 1, ["a"]],
    ],
  );
});

test("only addresses of the web become links", () => {
  assert.deepEqual(["https://x.org/a", "HTTP://x.org", "javascript:alert(1)", "data:text/html,x", ""].map((url) => webAddress(url) !== undefined), [true, true, false, false, false]);
});

test("what is looked at is read back from the address as it was written", () => {
  const view = { topic: "价格", entity: "A&B", source: "f?", unit: "day", state: "" } as const;
  const { page, path, query } = parseRoute(viewHref(["alerts", "x/1"], view));
  assert.deepEqual([page, path, viewOf(query)], ["monitor", ["alerts", "x/1"], view]);
  assert.equal(viewHref([], viewOf({})), "#/monitor");
  assert.deepEqual(viewOf({ unit: "year", state: "x" }), viewOf({}));
});
