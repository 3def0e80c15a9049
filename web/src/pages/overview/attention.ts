import type { Statement } from "../../api/economy";
import { href } from "../../app/route";

export type Line = Statement["lines"][number];

// Minutes of all lines together.
export function sumOf(lines: readonly Line[]): Omit<Line, "key"> {
  const sum = { acquired: 0, allocated: 0, retained: 0, lost: 0 };
  for (const line of lines) {
    for (const stage of ["acquired", "allocated", "retained", "lost"] as const) sum[stage] += line[stage];
  }
  return sum;
}

// Of what was given to a task, how much was attended; null where nothing was.
export function keptShare({ allocated, retained }: Pick<Line, "allocated" | "retained">): number | null {
  return allocated > 0 ? Math.min(retained / allocated, 1) : null;
}

// Of this browser's day.
export function midnightMs(nowMs: number): number {
  return new Date(nowMs).setHours(0, 0, 0, 0);
}

// What was given to a task and has come to no end yet.
export function waitingOf({ allocated, retained, lost }: Pick<Line, "allocated" | "retained" | "lost">): number {
  return Math.max(allocated - retained - lost, 0);
}

// Lines by task: those that got most first, then those that only asked. Minutes of no task are a line where some were lost.
export function taskLines(lines: readonly Line[], asked: readonly string[]): Line[] {
  const known = new Set(lines.map(({ key }) => key));
  const others = asked.filter((task) => !known.has(task)).map((key) => ({ key, acquired: 0, allocated: 0, retained: 0, lost: 0 }));
  return [...lines.filter(({ key, allocated, lost }) => key || allocated + lost > 0), ...others].sort((a, b) => b.allocated - a.allocated || b.lost - a.lost);
}

// Under which name an application asks for minutes, or posts them, and its page.
const kPages = new Map([
  ...["support", "monitor", "recommend", "digest"].map((name): [string, string] => [name, name]),
  ["alerts", "monitor"],
  ["slates", "recommend"],
  ["agents", "support"],
]);

// Where the minutes of a task are told about.
export function taskHref(task: string): string {
  return href(kPages.get(task) ?? "economy");
}
