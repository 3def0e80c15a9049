import assert from "node:assert/strict";
import { test } from "node:test";

import type { Offer, SlateItem } from "../../src/api/recommend";
import { counted, diversitiesWith, frontierCurve, moves, sameWishes, wishesOf, wordMarks } from "../../src/pages/recommend/figures";

const slate = (...ids: string[]) => ids.map((id) => ({ id }) as SlateItem);

test("an item rose by the places it won, and is new where it was not there", () => {
  assert.deepEqual(moves(slate("c", "a", "d"), slate("a", "b", "c")), [2, -1, null]);
});

test("words are marked where they stand whole, whatever their case, in code points", () => {
  const marks = (text: string, ...words: string[]) => wordMarks(text, words.map((word) => ({ word, weight: 1 }))).map(({ text: found, start, end }) => [found, start, end]);
  assert.deepEqual(marks("🎬 The Theory of THE end", "the", "theory"), [["The", 2, 5], ["Theory", 6, 12]]);
  assert.deepEqual(marks("漫长的告别", "告别", "再见"), [["告别", 3, 5]]);
  assert.deepEqual(marks("cats", "cat", ""), []);
  assert.deepEqual(marks("看iPhone手机", "iphone"), [["iPhone", 1, 7]]);
});

test("the frontier is drawn by difference, with the present diversity on it", () => {
  const points = [
    { diversity: 0, value: 3, difference: 0.2 },
    { diversity: 0.5, value: 1, difference: 0.7 },
    { diversity: 1, value: 2, difference: 0.4 },
  ];
  assert.deepEqual(frontierCurve(points, 0.5), { curve: [[0.2, 3], [0.4, 2], [0.7, 1]], now: [[0.7, 1]] });
  assert.deepEqual(diversitiesWith(0.3).length, 11);
  assert.deepEqual(diversitiesWith(0.35).slice(3, 6), [0.3, 0.35, 0.4]);
});

test("only goals that a ranker knows can be weighed, and the server's own wishes are known again", () => {
  const offer: Offer = {
    items: 1,
    people: 1,
    some: [],
    goals: [{ goal: "click", worth: 2, fitted: true }, { goal: "buy", worth: 1, fitted: false }],
    diversity: 0.2,
    diversity_method: "dpp",
    freshness: 1,
  };
  assert.deepEqual(wishesOf(offer), { diversity: 0.2, method: "dpp", freshness: 1, goals: { click: 2 } });
  assert.ok(sameWishes(wishesOf(offer), wishesOf({ ...offer })));
  assert.ok(!sameWishes(wishesOf(offer), { ...wishesOf(offer), goals: { click: 3 } }));
});

test("people and days are read back from their logarithms", () => {
  assert.deepEqual([0, Math.log1p(1), Math.log1p(943)].map(counted), [0, 1, 943]);
});
