import type { Estimate, Memory, Network } from "../../api/economy";
import type { Point } from "../../ui/chart_options";

// recall(t) = (1 + factor t / stability)^-decay, from the last review on.
export function forgettingCurve(memory: Pick<Memory, "decay" | "factor">, stability: number, days: number): Point[] {
  return Array.from({ length: days + 1 }, (_, day) => [day, Math.pow(1 + (memory.factor * day) / stability, -memory.decay)]);
}

// Where an estimate's interval lies between the least and the greatest of all of them, in parts of a hundred.
export function placed(one: Estimate, all: readonly Estimate[]): { from: number; to: number; at: number } {
  const least = Math.min(...all.map(({ lower }) => lower));
  const greatest = Math.max(...all.map(({ upper }) => upper));
  const place = (x: number) => (greatest > least ? (100 * (x - least)) / (greatest - least) : 50);
  return { from: place(one.lower), to: place(one.upper), at: place(one.value) };
}

// The budgets that sliders move: of nodes, what is finite.
export interface Budget {
  node: number;
  field: "supply" | "demand" | "capacity";
  most: number; // Of the slider: twice what it was.
}

export function budgetsOf(network: Network): Budget[] {
  return network.nodes.flatMap((one, node) =>
    (["supply", "capacity", "demand"] as const).flatMap((field) => {
      const amount = one[field];
      return amount === undefined ? [] : [{ node, field, most: Math.max(2 * amount, 1) }];
    }),
  );
}

export function withBudget(network: Network, { node, field }: Budget, amount: number): Network {
  return { ...network, nodes: network.nodes.map((one, k) => (k === node ? { ...one, [field]: amount } : one)) };
}

// Sankey's links take no cycles and no empty flow.
export function drawable(edges: readonly { from: string; to: string; flow: number }[]): { source: string; target: string; value: number }[] {
  const next = new Map<string, string[]>();
  const reaches = (from: string, to: string): boolean => from === to || (next.get(from) ?? []).some((via) => reaches(via, to));
  return edges.flatMap(({ from, to, flow }) => {
    if (flow <= 0 || reaches(to, from)) return [];
    next.set(from, [...(next.get(from) ?? []), to]);
    return [{ source: from, target: to, value: flow }];
  });
}
