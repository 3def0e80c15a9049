// What a line chart shows, and its translation into ECharts' options: pure, so that it can be tested without a browser.

export type Point = [x: number, y: number | null]; // null: no figure there, a gap in the line.

export interface Series {
  name: string;
  points: readonly Point[];
  colour: number; // Of the palette, from 0.
  dashed?: boolean;
  filled?: boolean;
  stacked?: boolean; // Upon the stacked ones before it; its points are what it adds.
}

// What is usual, between two curves. A missing bound is a gap.
export interface Band {
  name: string;
  points: readonly (readonly [x: number, low: number | null, high: number | null])[];
  colour: number;
}

// A moment that something happened at.
export interface Mark {
  x: number;
  text: string;
  colour: number;
}

export interface Axes {
  x: { kind: "time" | "value"; name?: string; format(x: number): string };
  y: { format(y: number): string; tick(y: number): string; fromZero?: boolean; whole?: boolean; most?: number };
}

export interface Chart {
  series: readonly Series[];
  axes: Axes;
  bands?: readonly Band[];
  marks?: readonly Mark[];
}

// Colours resolved to what a canvas understands.
export interface Palette {
  series: readonly string[];
  ink: string;
  muted: string;
  rule: string;
  font: string;
}

// A row of a tooltip or of the table beside a chart.
export interface Reading {
  name: string;
  colour: number;
  text: string;
}

export function lineChartOption({ series, axes, bands = [], marks = [] }: Chart, palette: Palette, tip: (x: number) => HTMLElement) {
  const colourOf = (number: number) => palette.series[number % palette.series.length]!;
  const label = { color: palette.muted, fontFamily: palette.font, fontSize: 11 };
  return {
    animation: false,
    grid: { left: 4, right: 12, top: 12, bottom: axes.x.name ? 22 : 4, containLabel: true },
    tooltip: {
      trigger: "axis" as const,
      confine: true,
      transitionDuration: 0,
      padding: 0,
      borderWidth: 0,
      backgroundColor: "transparent",
      className: "chart-tip-holder",
      axisPointer: { type: "line" as const, lineStyle: { color: palette.muted, type: "solid" as const } },
      // An element, not HTML text: style attributes within it would be refused.
      formatter: (shown: unknown) => {
        const first = (Array.isArray(shown) ? shown[0] : shown) as { axisValue?: number | string } | undefined;
        return tip(Number(first?.axisValue));
      },
    },
    xAxis: {
      type: axes.x.kind,
      ...(axes.x.name === undefined ? {} : { name: axes.x.name, nameLocation: "middle" as const, nameGap: 26, nameTextStyle: label }),
      axisLine: { lineStyle: { color: palette.rule } },
      axisTick: { show: false },
      splitLine: { show: false },
      splitNumber: 4,
      axisLabel: { ...label, hideOverlap: true, formatter: (x: number) => axes.x.format(x) },
      min: "dataMin" as const,
      max: "dataMax" as const,
    },
    yAxis: {
      type: "value" as const,
      scale: !axes.y.fromZero,
      ...(axes.y.most === undefined ? {} : { max: axes.y.most }),
      splitNumber: 3,
      minInterval: axes.y.whole ? 1 : 0,
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { ...label, formatter: (y: number) => axes.y.tick(y) },
      splitLine: { lineStyle: { color: palette.rule } },
    },
    series: [
      ...series.map((one, i) => ({ ...curve(one, colourOf(one.colour)), ...(i === 0 && marks.length > 0 ? { markLine: markLines(marks, colourOf) } : {}) })),
      ...bands.flatMap((band, i) => bandCurves(band, colourOf(band.colour), `band ${i}`)),
    ],
  };
}

function curve(one: Series, colour: string) {
  return {
    type: "line" as const,
    name: one.name,
    data: one.points as Point[],
    showSymbol: one.points.length < 3,
    symbol: "circle",
    symbolSize: 7,
    connectNulls: false,
    lineStyle: { width: one.stacked ? 0.8 : 1.6, color: colour, type: one.dashed ? ("dashed" as const) : ("solid" as const) },
    itemStyle: { color: colour },
    emphasis: { disabled: true },
    ...(one.filled ? { areaStyle: { color: colour, opacity: one.stacked ? 0.75 : 0.12 } } : {}),
    ...(one.stacked ? { stack: "stacked" } : {}),
  };
}

// Its lower bound, and upon it what is between them. Bounds below zero are stacked all the same.
function bandCurves({ name, points }: Band, colour: string, stack: string) {
  const bound = (part: string, y: (low: number, high: number) => number) => ({
    ...curve({ name: `${name} ${part}`, colour: 0, dashed: true, points: points.map(([x, low, high]): Point => [x, low == null || high == null ? null : y(low, high)]) }, colour),
    lineStyle: { width: 1, color: colour, type: "dashed" as const },
    showSymbol: false,
    stack,
    stackStrategy: "all" as const,
    z: 3,
  });
  return [bound("from", (low) => low), { ...bound("to", (low, high) => high - low), areaStyle: { color: colour, opacity: 0.16 } }];
}

function markLines(marks: readonly Mark[], colourOf: (number: number) => string) {
  return {
    silent: true,
    animation: false,
    symbol: ["none", "circle"],
    symbolSize: 7,
    label: { show: false },
    data: marks.map(({ x, colour }) => ({ xAxis: x, itemStyle: { color: colourOf(colour) }, lineStyle: { color: colourOf(colour), width: 1.4, type: "solid" as const } })),
  };
}

// What each part says at x: its point there, or none.
export function readingsAt({ series, axes, bands = [], marks = [] }: Chart, x: number): Reading[] {
  return [
    ...series.flatMap(({ name, colour, points }) => {
      const y = points.find((point) => point[0] === x)?.[1];
      return y == null ? [] : [{ name, colour, text: axes.y.format(y) }];
    }),
    ...bands.flatMap(({ name, colour, points }) => {
      const text = rangeText(points.find((point) => point[0] === x), axes);
      return text === null ? [] : [{ name, colour, text }];
    }),
    ...marks.flatMap((mark) => (mark.x === x ? [{ name: mark.text, colour: mark.colour, text: "" }] : [])),
  ];
}

export function rangeText(point: Band["points"][number] | undefined, axes: Axes): string | null {
  return point?.[1] == null || point[2] == null ? null : `${axes.y.format(point[1])} – ${axes.y.format(point[2])}`;
}

// Every x that any series has, ascending, at most `most` of them and always the last.
export function sharedSteps(series: readonly Series[], most: number): number[] {
  const steps = [...new Set(series.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b);
  const stride = Math.ceil(steps.length / most);
  return steps.filter((_, i) => (steps.length - 1 - i) % stride === 0);
}
