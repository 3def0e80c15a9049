import assert from "node:assert/strict";
import { test } from "node:test";

import { listsOf, placeLines } from "../../src/pages/try/ask";
import { eventsPath, joinPages, outcomesOf } from "../../src/pages/events/log";

const attention = { source: ["▁a"], target: ["▁b"], weights: [[1]] };

test("an answer to one text and one to a list have the same shape", () => {
  const single = listsOf({ translatedText: "b", alternatives: ["c"], attention });
  const list = listsOf({ translatedText: ["b"], alternatives: [["c"]], attention: [attention] });
  assert.deepEqual(single, list);
});

test("empty lines stay where they are, and an alternative that says the same is left out", () => {
  const placed = placeLines(["第一行", " ", "two"], { translatedText: ["one", "zwei"], alternatives: [["one", "first"], []], attention: [attention] });
  assert.deepEqual(placed, [
    { source: "第一行", text: "one", alternatives: ["first"], attention },
    { source: " ", text: "", alternatives: [], attention: undefined },
    { source: "two", text: "zwei", alternatives: [], attention: undefined },
  ]);
});

test("a page of events is asked for with the filters that are set", () => {
  assert.equal(eventsPath({ type: "", app: "客服", subject: "" }, null), "v1/events?limit=50&app=%E5%AE%A2%E6%9C%8D");
  assert.equal(eventsPath({ type: "decision", app: "", subject: "u 1" }, "c/7"), "v1/events?limit=50&type=decision&subject=u+1&before=c%2F7");
});

const decision = (event_id: string) => ({ type: "decision" as const, event_id, ts: 1, app: "a", candidates: [], chosen: "x" });
const outcome = (event_id: string, decision_id: string) => ({ type: "outcome" as const, event_id, decision_id, ts: 2, kind: "clicked" });

test("an event that stands in two pages is kept once, and a decision finds its outcomes", () => {
  const events = joinPages([outcome("o1", "d1"), decision("d2")], [decision("d2"), decision("d1")]);
  assert.deepEqual(events.map(({ event_id }) => event_id), ["o1", "d2", "d1"]);
  assert.deepEqual(outcomesOf(events, "d1").map(({ event_id }) => event_id), ["o1"]);
  assert.deepEqual(outcomesOf(events, "d2"), []);
});
