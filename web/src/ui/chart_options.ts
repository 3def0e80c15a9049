// What a line chart shows, and its translation into ECharts' options: pure, so that it can be tested without a browser.

export type Point = [x: number, y: number | null]; // null: no figure there, a gap in the line.

export interface Series {
  name: string;
  points: readonly Point[];
  colour: number; // Of the palette, from 0.
  dashed?: boolean;
  filled?: boolean;
}

export interface Axes {
  x: { kind: "time" | "value"; name?: string; format(x: number): string };
  y: { format(y: number): string; tick(y: number): string; fromZero?: boolean; whole?: boolean };
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

export function lineChartOption(series: readonly Series[], axes: Axes, palette: Palette, tip: (x: number) => HTMLElement) {
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
      splitNumber: 3,
      minInterval: axes.y.whole ? 1 : 0,
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { ...label, formatter: (y: number) => axes.y.tick(y) },
      splitLine: { lineStyle: { color: palette.rule } },
    },
    series: series.map((one) => {
      const colour = palette.series[one.colour % palette.series.length]!;
      return {
        type: "line" as const,
        name: one.name,
        data: one.points as Point[],
        showSymbol: one.points.length < 3,
        symbol: "circle",
        symbolSize: 7,
        connectNulls: false,
        lineStyle: { width: 1.6, color: colour, type: one.dashed ? ("dashed" as const) : ("solid" as const) },
        itemStyle: { color: colour },
        emphasis: { disabled: true },
        ...(one.filled ? { areaStyle: { color: colour, opacity: 0.12 } } : {}),
      };
    }),
  };
}

// What each series says at x: its point there, or none.
export function readingsAt(series: readonly Series[], axes: Axes, x: number): Reading[] {
  return series.flatMap(({ name, colour, points }) => {
    const y = points.find((point) => point[0] === x)?.[1];
    return y == null ? [] : [{ name, colour, text: axes.y.format(y) }];
  });
}

// Every x that any series has, ascending, at most `most` of them and always the last.
export function sharedSteps(series: readonly Series[], most: number): number[] {
  const steps = [...new Set(series.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b);
  const stride = Math.ceil(steps.length / most);
  return steps.filter((_, i) => (steps.length - 1 - i) % stride === 0);
}
