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

const kPages = ["support", "monitor", "recommend", "digest"]; // Applications that post under their own name.

// Where the minutes of a task are told about.
export function taskHref(task: string): string {
  return kPages.includes(task) ? href(task) : href("economy");
}
