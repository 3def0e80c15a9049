import type { HistoryLine, Metrics } from "../../api/types";
import type { Point, Series } from "../../ui/chart_options";

// A row of the table of figures: what this model and the one beside it reached on each split, null where it was not measured.
export interface MetricRow {
  metric: string;
  mine: (number | null)[];
  theirs: (number | null)[];
}

const kSplitOrder = ["train", "valid", "test"];

export function splitsOf(...metrics: (Metrics | null | undefined)[]): string[] {
  const all = [...new Set(metrics.flatMap((one) => Object.keys(one?.splits ?? {})))];
  return all.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

function rank(split: string): number {
  const at = kSplitOrder.indexOf(split);
  return at < 0 ? kSplitOrder.length : at;
}

type MaybeMetrics = Metrics | null | undefined;

export function metricRows(mine: MaybeMetrics, theirs: MaybeMetrics, splits: readonly string[]): MetricRow[] {
  const tables = (metrics: MaybeMetrics) => splits.map((split) => metrics?.splits?.[split] ?? {});
  const [ours, others] = [tables(mine), tables(theirs)];
  const names = [...new Set([...ours, ...others].flatMap(Object.keys))];
  const values = (of: typeof ours, metric: string) => of.map((table) => table[metric] ?? null);
  return names.map((metric) => ({ metric, mine: values(ours, metric), theirs: values(others, metric) }));
}

// +1: more is better; -1: less is; 0: neither (counts).
export function direction(metric: string): number {
  const name = metric.slice(metric.lastIndexOf("/") + 1);
  if (/loss|perplexity|error|brier/.test(name)) return -1;
  return /rows|steps?|minutes|parameters|rate|tokens/.test(name) && !/accuracy/.test(name) ? 0 : 1;
}

const kNotMetrics = new Set(["step", "epoch", "split", "minutes", "models", "kept"]);

// Metrics that a history can draw, those of validation first: that is what training is steered by.
export function curveMetrics(...histories: (readonly HistoryLine[] | undefined)[]): string[] {
  const lines = histories.flatMap((history) => history ?? []);
  const ordered = [...lines.filter(({ split }) => split === "valid"), ...lines];
  const names = new Set(ordered.flatMap((line) => Object.keys(line).filter((name) => typeof line[name] === "number")));
  const found = [...names].filter((name) => !kNotMetrics.has(name));
  return [...found.filter((name) => name === "loss"), ...found.filter((name) => name !== "loss")];
}

// One series a split of each history: a colour a split, and the second model's lines dashed.
export function curves(
  metric: string,
  histories: readonly { name: string; history: readonly HistoryLine[] | undefined }[],
  splitName: (split: string) => string,
): Series[] {
  const having = histories.map(({ history }) => (history ?? []).filter((line) => typeof line[metric] === "number"));
  const splits = [...new Set(having.flat().map(({ split }) => split))];
  return histories.flatMap(({ name }, which) =>
    splits.flatMap((split, colour) => {
      const lines = having[which]!.filter((line) => line.split === split);
      if (lines.length === 0) return [];
      return {
        name: histories.length > 1 ? `${name} ${splitName(split)}` : splitName(split),
        colour,
        dashed: which > 0,
        points: lines.map((line): Point => [line.step, Number(line[metric])]),
      };
    }),
  );
}
