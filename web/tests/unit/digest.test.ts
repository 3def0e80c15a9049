import assert from "node:assert/strict";
import { test } from "node:test";

import { tasteOf, topicsOf } from "../../src/pages/digest/taste";

test("topics are parted by the commas of both languages, and none counts twice", () => {
  assert.deepEqual(topicsOf(" football, 足球，经济、football ;\n"), ["football", "足球", "经济"]);
  assert.deepEqual(topicsOf(" , ，"), []);
});

test("what a browser kept is taken as far as it makes sense", () => {
  assert.deepEqual(tasteOf(JSON.stringify({ minutes: 35, topics: "a", reader: "李娜" })), { minutes: 35, topics: "a", reader: "李娜" });
  const plain = { minutes: 20, topics: "", reader: "" };
  for (const kept of [null, "{", "[]", '{"minutes": 1e9, "topics": 3}', '{"minutes": "5"}']) assert.deepEqual(tasteOf(kept), plain, String(kept));
});
