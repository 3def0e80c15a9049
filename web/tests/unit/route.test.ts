import assert from "node:assert/strict";
import { test } from "node:test";

import { href, parseRoute } from "../../src/app/route";

test("an address is read back as it was written, in any script", () => {
  const query = { app: "客服 & 支持", with: "a@2" };
  const address = href("models", ["模型/一?", "x y"], query);
  assert.deepEqual(parseRoute(address), { page: "models", path: ["模型/一?", "x y"], query });
});

test("empty values are left out of an address", () => {
  assert.equal(href("events", [], { app: "", subject: null, type: undefined }), "#/events");
});

test("no address names no page, and a broken one does not throw", () => {
  assert.deepEqual(parseRoute(""), { page: "", path: [], query: {} });
  assert.deepEqual(parseRoute("#/a%E0%A4%A/b?c"), { page: "a%E0%A4%A", path: ["b"], query: { c: "" } });
});
