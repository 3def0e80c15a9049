import type { MonitorAlert, Unit } from "../../api/monitor";
import { kShown, kStepMs } from "./trend";

// A walk through what was kept: the page as it was at a moment, which moves.

// How many buckets it spans: what can be loaded at once.
const kSpan: Record<Unit, number> = { minute: 2880, hour: 2160, day: 3650 };

export interface Replay {
  unit: Unit;
  range: readonly [fromMs: number, toMs: number];
  atMs: number; // The end of the last bucket that is shown.
  playing: boolean;
  speed: number; // Buckets a second.
}

export const kSpeeds = [1, 4, 24] as const;

// Begins at a moment, or where none is named a window before the end.
export function beginReplay(unit: Unit, latestMs: number, momentMs?: number): Replay {
  const step = kStepMs[unit];
  const end = Math.ceil(latestMs / step) * step;
  const to = momentMs === undefined ? end : Math.min(end, momentMs + (kSpan[unit] / 4) * step);
  const range = [to - kSpan[unit] * step, to] as const;
  return { unit, range, atMs: clamp(snap(momentMs ?? to - kShown * step, step), range), playing: false, speed: 4 };
}

export function moveTo(replay: Replay, atMs: number): Replay {
  return { ...replay, atMs: clamp(snap(atMs, kStepMs[replay.unit]), replay.range) };
}

// A tick later; it stops at the end.
export function advance(replay: Replay, buckets: number): Replay {
  const moved = moveTo(replay, replay.atMs + buckets * kStepMs[replay.unit]);
  return { ...moved, playing: replay.playing && moved.atMs < moved.range[1] };
}

// Alerts that had been raised by then, as they stood: what ended later had not ended yet.
export function alertsAt(alerts: readonly MonitorAlert[], atMs: number): MonitorAlert[] {
  return alerts
    .filter(({ end }) => Date.parse(end) <= atMs)
    .map((alert) => (alert.ended && Date.parse(alert.ended) > atMs ? { ...alert, ended: null } : alert));
}

function snap(ms: number, step: number): number {
  return Math.ceil(ms / step) * step;
}

function clamp(ms: number, [from, to]: Replay["range"]): number {
  return Math.min(Math.max(ms, from), to);
}
