import assert from "node:assert/strict";
import { test } from "node:test";

import { formats } from "../../src/i18n/format";

const en = formats("en");
const zh = formats("zh");

test("what was not measured is a dash in every form", () => {
  for (const value of [null, undefined, NaN, Infinity]) {
    const written = [en.integer, en.compact, en.metric, en.plain, en.signed, en.tick, en.percent, en.milliseconds, en.rate, en.duration, en.dateTime].map((form) => form(value));
    assert.deepEqual(new Set(written), new Set(["–"]));
  }
});

test("metrics have four significant digits, counts all of theirs", () => {
  assert.deepEqual([39.340663, 0.078472, 1.0001, 1014, 0].map(en.metric), ["39.34", "0.07847", "1.000", "1,014", "0"]);
});

test("what people logged is written as it is", () => {
  assert.deepEqual([3.5, 41, 1234.5, 0.1 + 0.2].map(en.plain), ["3.5", "41", "1,234.5", "0.3"]);
});

test("large numbers are shortened as each language does", () => {
  assert.deepEqual([en.compact(7578624), zh.compact(7578624)], ["7.58M", "758万"]);
});

test("milliseconds keep three digits and become seconds when there are many", () => {
  assert.deepEqual([0.2, 9.994, 31.24, 142.4, 10_000].map(en.milliseconds), ["0.20 ms", "9.99 ms", "31.2 ms", "142 ms", "10 s"]);
});

test("a duration names its two largest units", () => {
  assert.deepEqual([0, 59, 61, 3600, 94_011].map(en.duration), ["0 s", "59 s", "1 min 1 s", "1 h 0 min", "1 d 2 h"]);
  assert.equal(zh.duration(94_011), "1 天 2 小时");
});

test("differences carry their sign, and none is no sign", () => {
  assert.deepEqual([1.7, -0.2534, 0].map(en.signed), ["+1.7", "-0.253", "0"]);
});

test("a moment of today is a time, another day's has its date, another year's its year", () => {
  const noon = new Date();
  noon.setHours(12, 0, 0, 0);
  assert.equal(en.dateTime(noon.getTime()), "12:00:00");
  assert.match(en.dateTime(new Date(2019, 2, 5, 7, 8, 9).getTime()), /^5 Mar 2019 07:08:09$/);
  assert.match(zh.dateTime(new Date(2019, 2, 5, 7, 8, 9).getTime()), /^2019年3月5日 07:08:09$/);
});

test("moments within a server's sentence are written as everywhere on the page", () => {
  const { hour, moments } = formats("zh");
  const iso = "2026-11-26T04:00:00Z";
  assert.equal(moments(`已恢复平常：${iso}。`), `已恢复平常：${hour(Date.parse(iso))}。`);
  assert.equal(moments("2026-11-26, nothing"), "2026-11-26, nothing");
});
