import type { MinuteMarket, PersonMinutes } from "../../api/economy";

// The dearest minute first; of equal ones, whoever has more of them left.
export function dearestFirst(people: readonly PersonMinutes[]): PersonMinutes[] {
  return [...people].sort((a, b) => b.price - a.price || b.left - a.left || (a.person < b.person ? -1 : 1));
}

// Every task that somebody's minutes went to, in an order that stays while they do: a place in it is a colour.
export function taskOrder(people: readonly PersonMinutes[]): string[] {
  return [...new Set(people.flatMap(({ used }) => greatestFirst(used).map(([task]) => task)))].sort();
}

// Names with figures above 0, the greatest first.
export function greatestFirst(figures: Readonly<Record<string, number>> = {}): [name: string, figure: number][] {
  return Object.entries(figures)
    .filter(([, figure]) => figure > 0)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}

// Where the next minute would be worth most; null where no bid was refused.
export function worthMost(tasks: MinuteMarket["tasks"]): { task: string; next: number } | null {
  const [best] = greatestFirst(Object.fromEntries(tasks.map(({ task, next }) => [task, next ?? 0])));
  return best ? { task: best[0], next: best[1] } : null;
}
