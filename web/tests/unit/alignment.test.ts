import assert from "node:assert/strict";
import { test } from "node:test";

import { asPieces, asWords, strongestSources, withoutSpecials, wordStarts } from "../../src/pages/try/alignment";

const round = (rows: number[][]) => rows.map((row) => row.map((value) => Math.round(value * 1e6) / 1e6));

const captions = {
  source: ["▁Two", "▁dog", "s", ".", "</s>"],
  target: ["▁Zwei", "▁H", "unde", ".", "</s>"],
  weights: [
    [0.9, 0.05, 0.02, 0.02, 0.01],
    [0.1, 0.6, 0.2, 0.05, 0.05],
    [0.1, 0.3, 0.5, 0.05, 0.05],
    [0, 0, 0.1, 0.7, 0.2],
    [0, 0, 0, 0.5, 0.5],
  ],
};

test("the end of the text is left out, and its weight with it", () => {
  const { source, target, weights } = withoutSpecials(captions);
  assert.deepEqual([source.at(-1), target.at(-1), weights.length], [".", ".", 4]);
  assert.deepEqual(weights[3], [0, 0, 0.1, 0.7]);
});

test("a source word receives what its pieces receive, a target word looks as its pieces do on average", () => {
  const words = asWords(captions);
  assert.deepEqual([words.source, words.target], [["Two", "dogs", "."], ["Zwei", "Hunde", "."]]);
  assert.deepEqual(round(words.weights), [[0.9, 0.07, 0.02], [0.1, 0.8, 0.05], [0, 0.1, 0.7]]);
});

test("the mark alone belongs to the word after it", () => {
  assert.deepEqual(wordStarts(["▁", "b", "us", "▁stop"]), [0, 3]);
  assert.deepEqual(asWords({ source: ["▁a", "m"], target: ["▁", "b", "us"], weights: [[1, 0], [0, 1], [1, 0]] }).target, ["bus"]);
});

test("Chinese pieces and punctuation are words by themselves", () => {
  assert.deepEqual(wordStarts(["▁我的", "卡", "丢", "了", "。", "A", "BC"]), [0, 1, 2, 3, 4, 5]);
  const words = asWords({ source: ["▁", "保存", "文件"], target: ["▁Save", "▁file"], weights: [[0.1, 0.8, 0.1], [0.2, 0.1, 0.7]] });
  assert.deepEqual(words.source, ["保存", "文件"]);
  assert.deepEqual(words.weights, [[0.8, 0.1], [0.1, 0.7]]);
});

test("pieces are shown without their mark, and a lone mark as a space", () => {
  assert.deepEqual(asPieces({ source: ["▁a", "b"], target: ["▁", "c"], weights: [[1, 0], [0, 1]] }), {
    source: ["a", "b"],
    target: ["␣", "c"],
    weights: [[1, 0], [0, 1]],
  });
});

test("rows that are too short count as without weight", () => {
  assert.deepEqual(withoutSpecials({ source: ["a", "b"], target: ["x"], weights: [[0.5]] }).weights, [[0.5, 0]]);
});

test("the strongest sources are named in order, one at least", () => {
  assert.deepEqual(strongestSources(["a", "b", "c", "d"], [0.2, 0.5, 0.1, 0.16]).map(({ word }) => word), ["b", "a", "d"]);
  assert.deepEqual(strongestSources(["a", "b"], [0.01, 0.02]), [{ word: "b", weight: 0.02 }]);
});
