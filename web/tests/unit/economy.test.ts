import assert from "node:assert/strict";
import { test } from "node:test";

import { network } from "../../src/pages/economy/examples";
import { budgetsOf, drawable, forgettingCurve, placed, withBudget } from "../../src/pages/economy/figures";

test("recall is nine in ten after as many days as the stability says", () => {
  const decay = 0.1542;
  const curve = forgettingCurve({ decay, factor: Math.pow(0.9, -1 / decay) - 1 }, 10, 20);
  assert.equal(curve[0]![1], 1);
  assert.ok(Math.abs(curve[10]![1]! - 0.9) < 1e-9);
  assert.ok(curve[20]![1]! < 0.9);
});

test("intervals are placed within the widest", () => {
  const one = (lower: number, value: number, upper: number) => ({ estimator: "", lower, value, upper, effective_rows: 1, greatest_weight: 1 });
  const all = [one(0, 5, 10), one(4, 5, 6)];
  assert.deepEqual(placed(all[1]!, all), { from: 40, to: 60, at: 50 });
  assert.deepEqual(placed(one(1, 1, 1), [one(1, 1, 1)]), { from: 50, to: 50, at: 50 });
});

test("every finite budget of the network is a slider, and moving one moves nothing else", () => {
  const budgets = budgetsOf(network);
  assert.equal(budgets.length, 8);
  const moved = withBudget(network, budgets[0]!, 5);
  assert.equal(moved.nodes[0]!.supply, 5);
  assert.deepEqual(moved.nodes.slice(1), network.nodes.slice(1));
  assert.equal(network.nodes[0]!.supply, 120);
});

test("a cycle and an empty flow are not drawn", () => {
  const edges = [
    { from: "a", to: "b", flow: 2 },
    { from: "b", to: "c", flow: 0 },
    { from: "b", to: "a", flow: 1 },
  ];
  assert.deepEqual(drawable(edges), [{ source: "a", target: "b", value: 2 }]);
});
