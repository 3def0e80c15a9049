import assert from "node:assert/strict";
import { test } from "node:test";

import type { Answer, Entity, Passage, Turn } from "../../src/api/support";
import { annotate, isCited, quotes } from "../../src/pages/support/annotate";
import { joinTurns, needsPerson, readMessages, waitsLong } from "../../src/pages/support/turns";

const entity = (name: string, start: number, end: number): Entity => ({ entity: name, value: "", start, end });
const word = (text: string, start: number, end: number, weight: number) => ({ text, start, end, weight });

test("an annotated message is the message, and offsets count code points", () => {
  const text = "😀 退 200 元给 card";
  const spans = annotate(text, [word("退", 2, 3, 0.5), word("200", 4, 7, 0.25)], [entity("amount", 4, 9), entity("product", 11, 15)]);
  const written = (pieces: { text: string }[]) => pieces.map((piece) => piece.text).join("");
  assert.equal(spans.map(({ pieces }) => written(pieces)).join(""), text);
  assert.deepEqual(
    spans.flatMap((span) => (span.entity ? [[span.entity.entity, written(span.pieces)]] : [])),
    [
      ["amount", "200 元"],
      ["product", "card"],
    ],
  );
  assert.deepEqual(
    spans.flatMap(({ pieces }) => pieces.filter(({ weight }) => weight !== undefined)),
    [
      { text: "退", strength: 1, weight: 0.5 },
      { text: "200", strength: 0.25, weight: 0.25 },
    ],
  );
});

test("entities that overlap, are empty or lie outside the message are left out", () => {
  const spans = annotate("abc", [], [entity("x", 0, 2), entity("y", 1, 3), entity("z", 2, 2), entity("w", 2, 9)]);
  assert.deepEqual(
    spans.map((span) => [span.entity?.entity, span.pieces.map(({ text }) => text).join("")]),
    [
      ["x", "ab"],
      [undefined, "c"],
    ],
  );
});

const passages: Passage[] = [
  { id: "p1", text: "𝒳 one. Second one." },
  { id: "p2", text: "费用为 1.5%。境内免费。" },
];

test("an answer names the passage behind each stretch that repeats one", () => {
  const answer = "Second one. 境内免费。 That is all.";
  const citations = [
    { passage: "p2", start: 9, end: 14 },
    { passage: "p1", start: 7, end: 18 },
    { passage: "gone", start: 0, end: 3 },
    { passage: "p1", start: 0, end: 4 },
  ];
  assert.deepEqual(quotes(answer, passages, citations), [{ text: "Second one.", number: 1 }, { text: " 境内免费。", number: 2 }, { text: " That is all." }]);
  assert.deepEqual([isCited(passages[0]!, 7, 18, citations), isCited(passages[0]!, 4, 7, citations), isCited(passages[1]!, 0, 9, citations)], [true, false, false]);
});

const answer = (id: string, more: Partial<Answer> = {}): Answer => ({ conversation: "c", decision_id: id, action: "answer", text: `answer ${id}`, ...more });
const turn = (from: Turn["from"], text: string, more: Partial<Turn> = {}): Turn => ({ from, text, ts: 1, ...more });

test("turns that the server had not when it was asked follow those that it has, and a reply adds what a turn does not keep", () => {
  const kept = [turn("customer", "first"), turn("heed", "answer d1", { decision_id: "d1", action: "answer" })];
  const exchanges = [
    { question: "first", askedAtMs: 1, answer: answer("d1", { confidence: 0.9 }), answeredAtMs: 2 },
    { question: "second", askedAtMs: 3, answer: answer("", { text: "" }), answeredAtMs: 6 },
    { question: "third", askedAtMs: 7 },
  ];
  const turns = joinTurns({ conversation: { id: "c", tenant: "", state: "open", turns: kept }, askedAtMs: 5 }, exchanges);
  assert.deepEqual(
    turns.map(({ text }) => text),
    ["first", "answer d1", "second", "third"],
  );
  assert.equal(turns[1]!.confidence, 0.9);
  assert.equal(turns[1]!.from, "heed");
  assert.equal(joinTurns(undefined, exchanges).length, 4);
});

test("a decision is read from Heed's turn, the customer's, or both", () => {
  const both = readMessages([turn("customer", "q1", { decision_id: "d1", entities: [] }), turn("heed", "a1", { decision_id: "d1", action: "ask" }), turn("agent", "hello", { decision_id: "d9" })]);
  assert.deepEqual(both, [{ id: "d1", decision_id: "d1", text: "q1", entities: [], action: "ask" }]);
  const heeds = readMessages([turn("customer", "q1"), turn("heed", "a1", { decision_id: "d1" }), turn("customer", "q2"), turn("heed", "a2", { decision_id: "d2" })]);
  assert.deepEqual(
    heeds.map(({ id, text }) => [id, text]),
    [
      ["d1", "q1"],
      ["d2", "q2"],
    ],
  );
});

test("a person is wanted while one waits, has taken it, or spoke last", () => {
  const wanted = (state: "waiting" | "open" | "closed", turns: Turn[], agent?: string) => needsPerson({ state, ...(agent ? { agent } : {}) }, turns);
  assert.equal(wanted("waiting", []), true);
  assert.equal(wanted("open", [turn("heed", "", { action: "answer" })]), false);
  assert.equal(wanted("open", [turn("heed", "", { action: "answer" })], "Mei"), true);
  assert.equal(wanted("open", [turn("agent", ""), turn("customer", "")]), true);
  assert.equal(wanted("open", [turn("heed", "", { action: "handover" })]), true);
  assert.equal(wanted("closed", [turn("agent", "")], "Mei"), false);
  assert.deepEqual([299, 300, null].map(waitsLong), [false, true, false]);
});
