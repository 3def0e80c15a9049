import { kAll, type MonitorAlert, type SeriesName, type TrendRow, type Unit } from "../../api/monitor";
import type { Band, Mark, Point } from "../../ui/chart_options";

// A series of buckets without gaps, what is usual for it, and what happened to it.

const kMinuteMs = 60_000;
export const kStepMs: Record<Unit, number> = { minute: kMinuteMs, hour: 60 * kMinuteMs, day: 1440 * kMinuteMs };
export const kShown = 168; // Buckets: a week of hours.
// How much is asked for to know what is usual.
export const kHistory: Record<Unit, number> = { minute: 0, hour: 28 * 24, day: 12 * 7 };

const kMostBuckets = 10_000;

export interface Bucket {
  x: number; // Its begin, in ms.
  voices: number;
  negative: number;
  neutral: number;
  positive: number;
  sentiment: number | null; // None where nobody spoke.
  interval: number;
}

// Every bucket from the first row to `untilMs`, ascending; where two rows have the same begin, the later one holds.
export function fill(rows: readonly TrendRow[], unit: Unit, untilMs: number): Bucket[] {
  const step = kStepMs[unit];
  const known = new Map(rows.map((row) => [Date.parse(row.begin), row]));
  const first = Math.min(...known.keys());
  if (!Number.isFinite(first)) return [];
  const last = Math.floor(untilMs / step) * step;
  const buckets: Bucket[] = [];
  for (let x = Math.max(first, last - kMostBuckets * step); x <= last; x += step) {
    const { voices = 0, negative = 0, neutral = 0, positive = 0, sentiment = 0, sentiment_interval: interval = 0 } = known.get(x) ?? {};
    buckets.push({ x, voices, negative, neutral, positive, sentiment: voices > 0 ? sentiment : null, interval });
  }
  return buckets;
}

export function pointsOf(buckets: readonly Bucket[], figure: "negative" | "neutral" | "positive" | "sentiment"): Point[] {
  return buckets.map((bucket) => [bucket.x, bucket[figure]]);
}

// The hours of a day repeat, the days of a week.
const kSeason: Record<Unit, number> = { minute: 0, hour: 24, day: 7 };
const kFewest = 4; // Earlier buckets of the same hour or day; of fewer nothing is said.

// Between what bounds four in five of the voices of earlier buckets at this hour of the day (day of the week) lay.
export function usualVoices(buckets: readonly Bucket[], unit: Unit): Band["points"] {
  const season = kSeason[unit];
  return buckets.map(({ x }, i) => {
    const earlier: number[] = [];
    for (let j = i - season; season > 0 && j >= 0 && i - j <= kHistory[unit]; j -= season) earlier.push(buckets[j]!.voices);
    if (earlier.length < kFewest) return [x, null, null];
    earlier.sort((a, b) => a - b);
    return [x, quantile(earlier, 0.1), quantile(earlier, 0.9)];
  });
}

function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)]!;
  return low + (sorted[Math.ceil(at)]! - low) * (at - Math.floor(at));
}

export function sentimentBand(buckets: readonly Bucket[]): Band["points"] {
  return buckets.map(({ x, sentiment, interval }) => (sentiment === null ? [x, null, null] : [x, Math.max(-1, sentiment - interval), Math.min(1, sentiment + interval)]));
}

// Whether an alert tells of this series: it is about it, about part of it, or about what it is part of.
export function concerns({ topic, entity }: SeriesName, alert: MonitorAlert): boolean {
  const meets = (a: string, b: string) => a === b || a === kAll || b === kAll;
  return [alert, ...alert.related].some((one) => meets(topic, one.topic) && meets(entity, one.entity));
}

const kMarkColours = { negative_surge: 3, volume_burst: 4, new_story: 2, ended: 0 } as const;
export type Change = keyof typeof kMarkColours;

// Where the series changed, from the bucket in which it was seen; bounds are included.
export function marksOf(alerts: readonly MonitorAlert[], unit: Unit, [fromMs, toMs]: readonly [number, number], name: (change: Change) => string): Mark[] {
  const marks = alerts.flatMap(({ begin, ended, event }): [string, Change][] => [[begin, event], ...(ended ? [[ended, "ended"] as [string, Change]] : [])]);
  return marks.flatMap(([ts, change]) => {
    const x = Math.floor(Date.parse(ts) / kStepMs[unit]) * kStepMs[unit];
    return x < fromMs || x > toMs ? [] : [{ x, text: name(change), colour: kMarkColours[change] }];
  });
}

export interface Share {
  name: string;
  voices: number;
  negative: number;
}

// Voices by topic, entity or source over all rows, the most first; rows of all together are left out.
export function sharesBy(rows: readonly TrendRow[], part: "topic" | "entity" | "source"): Share[] {
  const sums = new Map<string, Share>();
  for (const row of rows) {
    const name = row[part];
    if (name === kAll) continue;
    const sum = sums.get(name) ?? { name, voices: 0, negative: 0 };
    sums.set(name, { name, voices: sum.voices + row.voices, negative: sum.negative + row.negative });
  }
  return [...sums.values()].sort((a, b) => b.voices - a.voices || a.name.localeCompare(b.name));
}
