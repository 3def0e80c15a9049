import assert from "node:assert/strict";
import { test } from "node:test";

import { curveMetrics, curves, direction, metricRows, splitsOf } from "../../src/pages/models/measured";
import { apiPath, metricName, parseName } from "../../src/pages/models/names";

const mine = { splits: { test: { bleu: 39.3, rows: 1000 }, valid: { bleu: 39.1 }, extra: { bleu: 1 } } };
const theirs = { splits: { test: { bleu: 37, chrf: 60 } } };

test("splits stand in the order of training, validation, test, others", () => {
  assert.deepEqual(splitsOf(mine, theirs, null), ["valid", "test", "extra"]);
});

test("two models' figures stand side by side, with gaps where one was not measured", () => {
  assert.deepEqual(metricRows(mine, theirs, ["valid", "test"]), [
    { metric: "bleu", mine: [39.1, 39.3], theirs: [null, 37] },
    { metric: "rows", mine: [null, 1000], theirs: [null, null] },
    { metric: "chrf", mine: [null, null], theirs: [null, 60] },
  ]);
});

test("it is known which figures are better when they are smaller", () => {
  const directions = ["bleu", "mood/accuracy", "token_accuracy", "loss", "perplexity", "calibration_error", "rows", "steps"].map(direction);
  assert.deepEqual(directions, [1, 1, 1, -1, -1, -1, 0, 0]);
});

const history = [
  { step: 10, epoch: 1, split: "train", learning_rate: 0.1, loss: 3, minutes: 1 },
  { step: 10, epoch: 1, split: "valid", accuracy: 0.5, loss: 2 },
  { step: 20, epoch: 2, split: "valid", accuracy: 0.6, loss: null },
];

test("loss comes first among what can be drawn, then what validation measures", () => {
  assert.deepEqual(curveMetrics(history, undefined), ["loss", "accuracy", "learning_rate"]);
});

test("a split is a colour, the second model's lines are dashed, and a missing number is no point", () => {
  const drawn = curves("loss", [{ name: "a@1", history }, { name: "b@1", history: history.slice(1) }], (split) => split);
  assert.deepEqual(
    drawn.map(({ name, colour, dashed, points }) => [name, colour, dashed, points]),
    [
      ["a@1 train", 0, false, [[10, 3]]],
      ["a@1 valid", 1, false, [[10, 2]]],
      ["b@1 valid", 1, true, [[10, 2]]],
    ],
  );
});

test("a model's name may have a version, and may be written in any script", () => {
  assert.deepEqual([parseName("a@b@3"), parseName("银行@x")], [{ name: "a@b", version: 3 }, { name: "银行@x" }]);
  assert.equal(apiPath({ name: "a/b", version: 2 }), "v1/models/a%2Fb/versions/2");
});

test("a head's metric is named after both", () => {
  assert.deepEqual([metricName("mood/accuracy", "zh"), metricName("own_figure", "en")], ["mood/准确率", "own_figure"]);
});
