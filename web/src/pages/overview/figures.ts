import type { TrafficSecond } from "../../api/types";
import type { Point } from "../../ui/chart_options";

// The figures above the charts, from the server's seconds (oldest first). Latencies are null without a request.
export interface Figures {
  perSecond: number; // Mean of the last ten whole seconds.
  medianMs: number | null; // The middle one of a minute's medians.
  slowestMs: number | null; // The worst 99th percentile of a minute.
  failed: number;
  rejected: number;
}

const kRateSeconds = 10;
const kLatencySeconds = 60;

export function summarise(traffic: readonly TrafficSecond[]): Figures {
  const whole = traffic.slice(0, -1); // The last second is still being counted.
  const rate = whole.slice(-kRateSeconds);
  const busy = whole.slice(-kLatencySeconds).filter(({ requests }) => requests > 0);
  const medians = present(busy.map(({ p50_ms }) => p50_ms)).sort((a, b) => a - b);
  const slow = present(busy.map(({ p99_ms }) => p99_ms));
  return {
    perSecond: rate.length ? sum(rate.map(({ requests }) => requests)) / rate.length : 0,
    medianMs: medians[Math.floor((medians.length - 1) / 2)] ?? null,
    slowestMs: slow.length ? Math.max(...slow) : null,
    failed: sum(traffic.map(({ errors }) => errors)),
    rejected: sum(traffic.map(({ rejected }) => rejected)),
  };
}

// A figure of each whole second; latency has a gap where nothing was asked.
export function curve(traffic: readonly TrafficSecond[], figure: "requests" | "errors" | "rejected" | "queue" | "p50_ms" | "p99_ms"): Point[] {
  const isLatency = figure === "p50_ms" || figure === "p99_ms";
  return traffic.slice(0, -1).map((second) => [second.ts * 1000, isLatency && second.requests === 0 ? null : second[figure]]);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function present(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null);
}
