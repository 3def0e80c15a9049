import assert from "node:assert/strict";
import { test } from "node:test";

import { highlight, strongestWords } from "../../src/ui/highlight";

const word = (text: string, start: number, end: number, weight: number, vote?: number) => ({ text, start, end, weight, ...(vote === undefined ? {} : { vote }) });

test("the stretches together are the text, and offsets count code points", () => {
  const text = "𝒳 手机 😀 换号";
  const stretches = highlight(text, [word("手机", 2, 4, 0.2), word("换号", 7, 9, 0.4)], "weight");
  assert.equal(stretches.map((one) => one.text).join(""), text);
  assert.deepEqual(stretches.filter((one) => one.word).map((one) => one.text), ["手机", "换号"]);
});

test("the strongest word is marked fully, half its attention a quarter, votes straight and with their sign", () => {
  const words = [word("a", 0, 1, 0.2, -1), word("b", 2, 3, 0.4, 2)];
  const strengths = (by: "weight" | "vote") => highlight("a b", words, by).filter((one) => one.word).map((one) => one.strength);
  assert.deepEqual(strengths("weight"), [0.25, 1]);
  assert.deepEqual(strengths("vote"), [-0.5, 1]);
});

test("words that overlap, are empty or lie outside the text are left out", () => {
  const stretches = highlight("abc", [word("ab", 0, 2, 1), word("b", 1, 2, 1), word("", 2, 2, 1), word("cd", 2, 4, 1)], "weight");
  assert.deepEqual(stretches.map((one) => one.text), ["ab", "c"]);
});

test("without weight nothing is marked, and nothing is divided by zero", () => {
  assert.deepEqual(highlight("a", [word("a", 0, 1, 0)], "weight").map((one) => one.strength), [0]);
  assert.deepEqual(highlight("a", [], "vote"), [{ text: "a", strength: 0 }]);
});

test("the strongest words count votes against a label too", () => {
  const words = [word("a", 0, 1, 0.1, -3), word("b", 1, 2, 0.9, 1)];
  assert.deepEqual(strongestWords(words, "vote", 1).map((one) => one.text), ["a"]);
});
