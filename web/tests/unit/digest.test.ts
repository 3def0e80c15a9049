import assert from "node:assert/strict";
import { test } from "node:test";

import { readerId, tasteOf, topicsOf } from "../../src/api/taste";
import { hostOf } from "../../src/ui/web_address";

test("topics are parted by the commas of both languages, and none counts twice", () => {
  assert.deepEqual(topicsOf(" football, 足球，经济、football ;\n"), ["football", "足球", "经济"]);
  assert.deepEqual(topicsOf(" , ，"), []);
});

test("what a browser kept is taken as far as it makes sense", () => {
  const own = { minutes: 35, topics: "a", reader: "李娜", kept: true };
  assert.deepEqual(tasteOf(JSON.stringify(own)), own);
  const plain = { minutes: 20, topics: null, reader: "", kept: false };
  for (const kept of [null, "{", "[]", '{"minutes": 1e9, "topics": 3}', '{"minutes": "5"}']) assert.deepEqual(tasteOf(kept), plain, String(kept));
});

test("a reader without a name is the same person in every language", () => {
  assert.deepEqual([" ", " 李娜 "].map((reader) => readerId({ reader })), ["reader", "李娜"]);
});

test("a source is called by its host, or as it calls itself", () => {
  assert.deepEqual(["https://news.example:8080/rss?x", "my mail", "mbox:", ""].map(hostOf), ["news.example:8080", "my mail", "mbox:", ""]);
});
