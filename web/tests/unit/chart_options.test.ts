import assert from "node:assert/strict";
import { test } from "node:test";

import { lineChartOption, readingsAt, sharedSteps, type Point, type Series } from "../../src/ui/chart_options";

const axes = { x: { kind: "value" as const, format: String }, y: { format: (y: number) => `${y} ms`, tick: String, whole: true } };
const palette = { series: ["red", "green"], ink: "black", muted: "grey", rule: "silver", font: "sans" };
const line = (name: string, points: Point[], colour = 0): Series => ({ name, points, colour });

test("a reading is the point at that step, and a gap has none", () => {
  const series = [line("a", [[1, 5], [2, null]]), line("b", [[2, 7]], 1)];
  assert.deepEqual(readingsAt(series, axes, 2), [{ name: "b", colour: 1, text: "7 ms" }]);
});

test("the table has every step while they are few, else evenly spread ones with the last", () => {
  assert.deepEqual(sharedSteps([line("a", [[3, 1], [1, 1]]), line("b", [[2, 1], [3, 1]])], 10), [1, 2, 3]);
  const many = sharedSteps([line("a", Array.from({ length: 300 }, (_, i): Point => [i, 0]))], 60);
  assert.deepEqual([many.length, many.at(-1), many[1]! - many[0]!], [60, 299, 5]);
});

test("colours come from the palette in turn, and single points are drawn as points", () => {
  const { series, yAxis } = lineChartOption([line("a", [[1, 2]], 3), line("b", [[1, 1], [2, 1], [3, 1]])], axes, palette, () => ({}) as HTMLElement);
  assert.deepEqual(series.map(({ itemStyle, showSymbol }) => [itemStyle.color, showSymbol]), [["green", true], ["red", false]]);
  assert.equal(yAxis.minInterval, 1);
});
