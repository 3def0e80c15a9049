import type { HistoryLine, Metrics } from "../../api/types";
import type { Point, Series } from "../../ui/chart_options";

// The table of figures: a row a metric, its value for each split, null where it was not measured.
export interface MetricRow {
  metric: string;
  values: (number | null)[];
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

export function metricRows(metrics: Metrics | null | undefined, splits: readonly string[]): MetricRow[] {
  const tables = splits.map((split) => metrics?.splits?.[split] ?? {});
  const names = [...new Set(tables.flatMap(Object.keys))];
  return names.map((metric) => ({ metric, values: tables.map((table) => table[metric] ?? null) }));
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

// One series a split of each history; the second model's are dashed.
export function curves(
  metric: string,
  histories: readonly { name: string; history: readonly HistoryLine[] | undefined }[],
  splitName: (split: string) => string,
): Series[] {
  return histories.flatMap(({ name, history = [] }, which) => {
    const having = history.filter((line) => typeof line[metric] === "number");
    return [...new Set(having.map(({ split }) => split))].map((split, i) => ({
      name: histories.length > 1 ? `${name} ${splitName(split)}` : splitName(split),
      colour: i + which * 2,
      dashed: which > 0,
      points: having.filter((line) => line.split === split).map((line) => [line.step, Number(line[metric])] as Point),
    }));
  });
}
