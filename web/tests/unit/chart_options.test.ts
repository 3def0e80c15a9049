import assert from "node:assert/strict";
import { test } from "node:test";

import { lineChartOption, readingsAt, sharedSteps, type Band, type Point, type Series } from "../../src/ui/chart_options";

const axes = { x: { kind: "value" as const, format: String }, y: { format: (y: number) => `${y} ms`, tick: String, whole: true } };
const palette = { series: ["red", "green"], ink: "black", muted: "grey", rule: "silver", font: "sans" };
const line = (name: string, points: Point[], colour = 0): Series => ({ name, points, colour });

test("a reading is the point at that step, and a gap has none", () => {
  const series = [line("a", [[1, 5], [2, null]]), line("b", [[2, 7]], 1)];
  assert.deepEqual(readingsAt({ series, axes }, 2), [{ name: "b", colour: 1, text: "7 ms" }]);
});

test("the table has every step while they are few, else evenly spread ones with the last", () => {
  assert.deepEqual(sharedSteps([line("a", [[3, 1], [1, 1]]), line("b", [[2, 1], [3, 1]])], 10), [1, 2, 3]);
  const many = sharedSteps([line("a", Array.from({ length: 300 }, (_, i): Point => [i, 0]))], 60);
  assert.deepEqual([many.length, many.at(-1), many[1]! - many[0]!], [60, 299, 5]);
});

test("colours come from the palette in turn, and single points are drawn as points", () => {
  const { series, yAxis } = lineChartOption({ series: [line("a", [[1, 2]], 3), line("b", [[1, 1], [2, 1], [3, 1]])], axes }, palette, () => ({}) as HTMLElement);
  assert.deepEqual(series.map(({ itemStyle, showSymbol }) => [itemStyle.color, showSymbol]), [["green", true], ["red", false]]);
  assert.equal(yAxis.minInterval, 1);
});

test("a band is its lower bound and what lies upon it, below zero too, and a missing bound is a gap", () => {
  const band: Band = { name: "usual", colour: 1, points: [[1, -2, 3], [2, null, 4], [3, 1, 1]] };
  const { series } = lineChartOption({ series: [line("a", [[1, 0]])], axes, bands: [band] }, palette, () => ({}) as HTMLElement);
  assert.deepEqual(series.slice(1).map(({ data }) => data), [
    [[1, -2], [2, null], [3, 1]],
    [[1, 5], [2, null], [3, 0]],
  ]);
  assert.deepEqual(series.slice(1).map((one) => "stack" in one && "stackStrategy" in one && [one.stack, one.stackStrategy]), [["band 0", "all"], ["band 0", "all"]]);
  assert.deepEqual([1, 2].map((x) => readingsAt({ series: [], axes, bands: [band] }, x)), [[{ name: "usual", colour: 1, text: "-2 ms – 3 ms" }], []]);
});

test("stacked series are one stack apart from bands, and marks stand at their moments", () => {
  const marks = [{ x: 2, text: "surge", colour: 1 }];
  const stacked = [line("a", [[1, 1]]), line("b", [[1, 2]])].map((one) => ({ ...one, stacked: true, filled: true }));
  const { series } = lineChartOption({ series: stacked, axes, marks }, palette, () => ({}) as HTMLElement);
  assert.deepEqual(series.map((one) => "stack" in one && one.stack), ["stacked", "stacked"]);
  assert.deepEqual(series.map((one) => "markLine" in one && one.markLine?.data.map(({ xAxis, lineStyle }) => [xAxis, lineStyle.color])), [[[2, "green"]], false]);
  assert.deepEqual(readingsAt({ series: stacked, axes, marks }, 2), [{ name: "surge", colour: 1, text: "" }]);
});
