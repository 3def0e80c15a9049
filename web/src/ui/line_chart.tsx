import { useEffect, useRef, useState } from "preact/hooks";

import { useTexts } from "../i18n/language";
import type { ECharts } from "./chart_engine";
import { lineChartOption, rangeText, readingsAt, sharedSteps, type Chart } from "./chart_options";
import { onThemeChange, readPalette } from "./palette";
import { uiTexts } from "./strings";
import { Table } from "./table";

export interface LineChartProps extends Chart {
  label: string; // What it shows, in words: all that a screen reader gets of the drawing.
  xTitle: string; // Heads the steps in the table.
  tall?: boolean;
}

// Curves with a legend that holds the latest figures, and the same as a table.
export function LineChart(props: LineChartProps) {
  return (
    <figure class="chart">
      <Legend {...props} />
      <Drawing {...props} />
      <AsTable {...props} />
    </figure>
  );
}

function Legend({ series, axes, bands = [] }: LineChartProps) {
  return (
    <ul class="chart__legend">
      {series.map(({ name, points, colour, dashed, stacked }) => {
        const last = points.findLast(([, y]) => y != null)?.[1];
        return (
          <li key={name}>
            <span class={`swatch swatch--${colour} ${dashed ? "swatch--dashed" : ""} ${stacked ? "swatch--area" : ""}`} aria-hidden="true" />
            {name} <strong>{last == null ? "–" : axes.y.format(last)}</strong>
          </li>
        );
      })}
      {bands.map(({ name, points, colour }) => (
        <li key={name}>
          <span class={`swatch swatch--${colour} swatch--area swatch--band`} aria-hidden="true" />
          {name} <strong>{rangeText(points.findLast(([, low]) => low != null), axes) ?? "–"}</strong>
        </li>
      ))}
    </ul>
  );
}

function tooltip(chart: Chart, x: number): HTMLElement {
  const box = document.createElement("div");
  box.className = "chart-tip";
  const title = document.createElement("div");
  title.className = "chart-tip__title";
  title.textContent = chart.axes.x.format(x);
  box.append(title);
  for (const { name, colour, text } of readingsAt(chart, x)) {
    const row = document.createElement("div");
    row.className = "chart-tip__row";
    const swatch = document.createElement("span");
    swatch.className = `swatch swatch--${colour}`;
    const figure = document.createElement("strong");
    figure.textContent = text;
    row.append(swatch, `${name} `, figure);
    box.append(row);
  }
  return box;
}

function Drawing(props: LineChartProps) {
  const element = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts | null>(null);
  const latest = useRef(props);
  const [ready, setReady] = useState(false);
  latest.current = props;

  const draw = () => {
    const palette = readPalette(element.current!);
    const option = lineChartOption(latest.current, palette, (x) => tooltip(latest.current, x));
    chart.current?.setOption(option, { replaceMerge: ["series"] });
  };

  useEffect(() => {
    let gone = false;
    const observer = new ResizeObserver(() => chart.current?.resize());
    void import("./chart_engine").then(({ createChart }) => {
      const canvas = element.current;
      if (gone || !canvas) return; // The page was left while the engine was on its way.
      chart.current = createChart(canvas);
      observer.observe(canvas);
      setReady(true);
    });
    const stopTheme = onThemeChange(draw);
    return () => {
      gone = true;
      stopTheme();
      observer.disconnect();
      chart.current?.dispose();
    };
  }, []);
  useEffect(() => {
    if (ready) draw();
  });

  return <div class={`chart__canvas ${props.tall ? "chart__canvas--tall" : ""}`} ref={element} role="img" aria-label={props.label} />;
}

const kTableRows = 60;

function AsTable({ label, series, axes, bands = [], xTitle }: LineChartProps) {
  const t = useTexts(uiTexts);
  const [open, setOpen] = useState(false);
  const columns = [
    { title: xTitle, cell: (x: number) => axes.x.format(x) },
    ...series.map((one) => ({
      title: one.name,
      number: true,
      cell: (x: number) => readingsAt({ series: [one], axes }, x)[0]?.text ?? "–",
    })),
    ...bands.map((one) => ({
      title: one.name,
      number: true,
      cell: (x: number) => readingsAt({ series: [], axes, bands: [one] }, x)[0]?.text ?? "–",
    })),
  ];
  return (
    <details class="chart__table" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t.asTable}</summary>
      {open && <Table label={label} columns={columns} rows={sharedSteps(series, kTableRows)} rowKey={String} />}
    </details>
  );
}
