import assert from "node:assert/strict";
import { test } from "node:test";

import type { PersonMinutes } from "../../src/api/economy";
import { dearestFirst, greatestFirst, taskOrder, worthMost } from "../../src/pages/overview/minutes";

const person = (name: string, price: number, left: number, used: Record<string, number> = {}): PersonMinutes => ({ person: name, group: "", minutes: 60, left, price, used });

test("the dearest minute is first, of equal ones that of whoever has more, then by name; what was given stays as it is", () => {
  const given = [person("b", 0.2, 5), person("陈", 1.5, 0), person("c", 0.2, 9), person("a", 0.2, 5)];
  assert.deepEqual(dearestFirst(given).map((one) => one.person), ["陈", "c", "a", "b"]);
  assert.equal(given[0]!.person, "b");
});

test("a task keeps its place whoever used most, and one that nobody's minutes went to has none", () => {
  const people = [person("a", 1, 1, { slates: 3, alerts: 1, lessons: 0 }), person("b", 1, 1, { digest: 2, alerts: 9 })];
  assert.deepEqual(taskOrder(people), ["alerts", "digest", "slates"]);
  assert.deepEqual(taskOrder([...people].reverse()), taskOrder(people));
  assert.deepEqual(taskOrder([]), []);
});

test("figures are told from the greatest on, and nothing is not told", () => {
  assert.deepEqual(greatestFirst({ alerts: 1, slates: 0, digest: 12, agents: 1 }), [["digest", 12], ["agents", 1], ["alerts", 1]]);
  assert.deepEqual(greatestFirst(undefined), []);
});

test("the next minute would be worth most where the best bid was refused, and nowhere where none was", () => {
  const tasks = [{ task: "alerts", used: 3, next: 0.08 }, { task: "slates", used: 0, next: 0.41 }, { task: "digest", used: 12 }];
  assert.deepEqual(worthMost(tasks), { task: "slates", next: 0.41 });
  assert.equal(worthMost([{ task: "alerts", used: 3, next: 0 }, { task: "digest", used: 1, next: null }]), null);
});
